import { toldKeywordsMax, toldKeywordTextsMax } from '../limits.ts';
import { commonKeywords } from './flags.ts';

const namesMax = toldKeywordsMax + commonKeywords.length;

/** The keywords of a mailbox that its client was told of (RFC 9051 §7.3.5). */
export class ToldKeywords {
  readonly #names: string[];
  readonly #keys: Set<string>;
  /** Texts of rows whose keywords are all known: most messages carry the same few. */
  readonly #texts = new Set<string>();

  /** `names`: those of the mailbox. */
  constructor(names: readonly string[]) {
    this.#keys = new Set(commonKeywords.map((name) => name.toLowerCase()));
    this.#names = [...commonKeywords];
    for (const name of names) this.#learn(name);
  }

  /** Those that every mailbox has, then those of this one. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Takes note of what a row carries; true where some of it is new. */
  sees(text: string): boolean {
    if (text === '' || this.#texts.has(text)) return false;
    if (this.#texts.size >= toldKeywordTextsMax) this.#texts.clear();
    this.#texts.add(text);
    let isNew = false;
    for (const name of text.split(' ')) if (this.#learn(name)) isNew = true;
    return isNew;
  }

  #learn(name: string): boolean {
    const key = name.toLowerCase();
    if (this.#keys.has(key) || this.#names.length >= namesMax) return false;
    this.#keys.add(key);
    this.#names.push(name);
    return true;
  }
}
