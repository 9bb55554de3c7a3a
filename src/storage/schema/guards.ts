import type { Dialect } from './kit.ts';
import type { Guard } from './module.ts';

const text = (words: string) => `'${words.replaceAll("'", "''")}'`;

/** The statements that make a guard. */
export function guarding({ name, table, on, refuse, message }: Guard, dialect: Dialect): readonly string[] {
  if (dialect === 'sqlite') {
    const body = `SELECT RAISE(ABORT, ${text(message)}) WHERE ${refuse};`;
    return [`CREATE TRIGGER "${name}" BEFORE ${on} ON "${table}" BEGIN ${body} END;`];
  }
  const raise = `RAISE EXCEPTION USING MESSAGE = ${text(message)}, ERRCODE = 'check_violation';`;
  const answer = on === 'DELETE' ? 'OLD' : 'NEW';
  return [
    `CREATE FUNCTION "${name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF ${refuse} THEN ${raise} END IF; RETURN ${answer}; END $guard$;`,
    `CREATE TRIGGER "${name}" BEFORE ${on} ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${name}"();`,
  ];
}

/** The statements that take it away. */
export function unguarding({ name, table }: Guard, dialect: Dialect): readonly string[] {
  if (dialect === 'sqlite') return [`DROP TRIGGER IF EXISTS "${name}";`];
  return [`DROP TRIGGER IF EXISTS "${name}" ON "${table}";`, `DROP FUNCTION IF EXISTS "${name}"();`];
}
