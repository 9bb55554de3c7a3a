import type { Dialect } from './kit.ts';
import type { Guard } from './module.ts';

/** What no row may suffer, all rows together may not: TRUNCATE fires no trigger of a row. */
const neverDeleted = ({ on, refuse }: Guard) => on === 'DELETE' && refuse === always;
const truncating = (name: string) => `${name}_all`;

/** The condition of a guard that refuses whatever the row is. */
export const always = '1 = 1';

const text = (words: string) => `'${words.replaceAll("'", "''")}'`;

/** The statements that make a guard. */
export function guarding(guard: Guard, dialect: Dialect): readonly string[] {
  const { name, table, on, refuse, message } = guard;
  if (dialect === 'sqlite') {
    const body = `SELECT RAISE(ABORT, ${text(message)}) WHERE ${refuse};`;
    return [`CREATE TRIGGER "${name}" BEFORE ${on} ON "${table}" BEGIN ${body} END;`];
  }
  const raise = `RAISE EXCEPTION USING MESSAGE = ${text(message)}, ERRCODE = 'check_violation';`;
  const answer = on === 'DELETE' ? 'OLD' : 'NEW';
  return [
    `CREATE FUNCTION "${name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF ${refuse} THEN ${raise} END IF; RETURN ${answer}; END $guard$;`,
    `CREATE TRIGGER "${name}" BEFORE ${on} ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${name}"();`,
    ...(neverDeleted(guard)
      ? [
          `CREATE TRIGGER "${truncating(name)}" BEFORE TRUNCATE ON "${table}" FOR EACH STATEMENT EXECUTE FUNCTION "${name}"();`,
        ]
      : []),
  ];
}

/** The statements that take it away. */
export function unguarding(guard: Guard, dialect: Dialect): readonly string[] {
  const { name, table } = guard;
  if (dialect === 'sqlite') return [`DROP TRIGGER IF EXISTS "${name}";`];
  return [
    ...(neverDeleted(guard) ? [`DROP TRIGGER IF EXISTS "${truncating(name)}" ON "${table}";`] : []),
    `DROP TRIGGER IF EXISTS "${name}" ON "${table}";`,
    `DROP FUNCTION IF EXISTS "${name}"();`,
  ];
}
