/** Character classes of RFC 9051 §9 as bits of a table, so that a token is one loop over bytes. */
export const classes = {
  atom: 1,
  astring: 2,
  list: 4,
  tag: 8,
  /** Letters, digits, '.' and '-': the names of FETCH items and of the parts of a section. */
  name: 16,
  digit: 32,
  /** Digits and the punctuation of a sequence set. */
  sequence: 64,
} as const;

/** Class bits of each octet. */
export const classOf: Uint8Array = buildTable();

function buildTable(): Uint8Array {
  const table = new Uint8Array(256);
  const set = (characters: string, bits: number) => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      table[code] = (table[code] ?? 0) | bits;
    }
  };
  for (let code = 0x21; code < 0x7f; code++) {
    const character = String.fromCharCode(code);
    if ('(){"\\'.includes(character)) continue;
    let bits: number = classes.list;
    if (!'%*'.includes(character)) bits |= classes.astring;
    if (!'%*]'.includes(character)) bits |= classes.atom;
    if (!'%*+'.includes(character)) bits |= classes.tag;
    set(character, bits);
  }
  set('0123456789', classes.digit | classes.sequence | classes.name);
  set(':*,$', classes.sequence);
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-', classes.name);
  return table;
}

/** Whether `text` is a non-empty token of one class. */
export function isToken(text: string, bits: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e || ((classOf[code] ?? 0) & bits) === 0) return false;
  }
  return text.length > 0;
}
