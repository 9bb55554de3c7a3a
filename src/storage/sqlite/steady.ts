/**
 * The statement with `+?` for every `?`. SQLite looks at what is bound to a plain `?` while it plans (of LIMIT, and of `=`
 * beside ORDER BY, GROUP BY or max), and therefore plans anew whenever something else is bound: that takes ten times as
 * long as most statements run. The plus changes no value and keeps the plan.
 */
export function steady(statement: string): string {
  let made = '';
  let from = 0;
  let quote = '';
  for (let at = 0; at < statement.length; at++) {
    const char = statement.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '?') {
      made += `${statement.slice(from, at)}+`;
      from = at;
    }
  }
  return made + statement.slice(from);
}
