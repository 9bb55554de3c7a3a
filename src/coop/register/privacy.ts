import { stringify } from 'csv-stringify/sync';
import { canonicalJson } from '../../formats/canonical-json/index.ts';
import { type ZipEntry, zipOf } from '../../formats/zip/index.ts';
import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { asked, demandOwn } from './asking.ts';
import { purposeCharactersMax } from './limits.ts';
import type { Consent, PersonFile } from './types.ts';

/** What a person may ask of what is kept of them: all of it, what they agreed to, and that it goes. */
export class Privacy {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /** All that is kept, as values: one's own, or by `register.read`. Refuses with E_PRIVILEGE, E_NOT_FOUND. */
  async file(actor: Actor, person: number): Promise<PersonFile> {
    demandOwn(actor, person);
    return this.#house.database.call(operations.registerPersonFile, { number: person });
  }

  /** What somebody agreed to, and what of it they took back. Refuses with E_PRIVILEGE. */
  async consents(actor: Actor, person: number): Promise<readonly Consent[]> {
    demandOwn(actor, person);
    return this.#house.database.call(operations.registerConsentsOf, { person });
  }

  /** The same as one .zip: a JSON of all, and a CSV of each list. */
  async *archive(actor: Actor, person: number): AsyncGenerator<Buffer> {
    yield* zipOf(entriesOf(await this.file(actor, person), this.#house.clock.nowMs()));
  }

  /** Gives a consent or takes it back; `text`: SHA-256 of what was agreed to, hex. Refuses with E_STATE, E_TEXT. */
  async consent(
    actor: Actor,
    a: { person: number; purpose: string; text: string; version: string; isGiven: boolean; key: string },
  ): Promise<void> {
    const { person, purpose, text, version, isGiven, key } = a;
    const isName = (name: string) => /^[\w.-]+$/.test(name) && name.length <= purposeCharactersMax;
    if (!isName(purpose) || !isName(version) || !/^[0-9a-f]{64}$/.test(text))
      throw refusal('E_TEXT', 'a consent has a purpose, a version, and the SHA-256 of its text');
    const asking = { verb: 'person.consent', subject: `member:${person}`, when: { key } };
    const body = { person, purpose, text, version, isGiven };
    const keyed = asked(this.#house, { actor, privilege: 'register.write', own: person, ...asking, body });
    await this.#house.database.call(operations.registerConsent, { ...keyed, ...body });
  }

  /** Takes out who somebody was; accounts stay. Refuses with E_STATE, E_OWED. */
  async erase(actor: Actor, a: { person: number; key: string }): Promise<void> {
    const asking = { verb: 'person.erase', subject: `member:${a.person}`, when: { key: a.key } };
    const keyed = asked(this.#house, {
      ...{ actor, privilege: 'register.write', ...asking, body: { person: a.person } },
    });
    await this.#house.database.call(operations.registerPersonErase, { ...keyed, number: a.person });
  }
}

async function* entriesOf(file: PersonFile, modifiedMs: number): AsyncGenerator<ZipEntry> {
  const entry = (path: string, text: string): ZipEntry => {
    const bytes = Buffer.from(text);
    const open = async function* () {
      yield bytes;
    };
    return { path, modifiedMs, file: { bytes: bytes.length, level: 6, open } };
  };
  yield entry('person.json', canonicalJson(JSON.parse(JSON.stringify(file))));
  for (const [name, rows] of Object.entries(file))
    if (Array.isArray(rows) && rows.length > 0) yield entry(`${name}.csv`, csvOf(rows));
}

/** RFC 4180; a text that a spreadsheet would take for a formula is told to be a text. */
const csvOf = (rows: readonly object[]): string =>
  stringify([...rows], { header: true, escape_formulas: true, record_delimiter: 'windows' });
