import { decodeHeader, headerFields } from '../../formats/mime/index.ts';
import { fold } from './fold.ts';

/** The top header of a message for SEARCH: fields decoded when asked, each once. */
export class HeaderText {
  readonly #fields: { readonly name: string; readonly value: () => string }[];
  #searched: string | undefined;

  constructor(bytes: Buffer) {
    this.#fields = headerFields(bytes).map((field) => {
      let folded: string | undefined;
      return {
        name: field.name.toLowerCase(),
        value: () => {
          folded ??= fold(decodeHeader(field.value));
          return folded;
        },
      };
    });
  }

  /** `name` in lower case, `text` folded; an empty text asks whether the field is there. */
  includes(name: string, text: string): boolean {
    return this.#fields.some((field) => field.name === name && field.value().includes(text));
  }

  anyIncludes(text: string): boolean {
    return this.#fields.some((field) => field.value().includes(text) || field.name.includes(text));
  }

  /** Whether the text may stand in what delivery copied of the header into the search text. */
  mayBeSearched(text: string): boolean {
    this.#searched ??= this.#fields
      .filter(({ name }) => searchedFields.has(name))
      .map((field) => field.value())
      .join('\n');
    // Addresses were written anew there, without quotes and brackets; compare what both have in common.
    return this.#searched.includes(text) || bare(this.#searched).includes(bare(text));
  }

  /** Midnight UTC of the day in the Date field, whatever its zone; null without a date. RFC 9051 §6.4.4. */
  sentDay(): number | null {
    const date = this.#fields.find((field) => field.name === 'date');
    return date === undefined ? null : dayOf(date.value());
  }
}

const searchedFields = new Set(['subject', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

function bare(text: string): string {
  return text.replace(/["<>()\\\s,;:]+/g, '');
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The day, month and year of a date in lower case as written: `fri, 21 nov 1997 09:55:06 -0600`. RFC 5322 §3.3, §4.3. */
export function dayOf(text: string): number | null {
  const match = /(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})(?!\d|:)/.exec(text.slice(0, 200));
  if (!match) return null;
  const month = months.indexOf(match[2] ?? '');
  const [day, digits] = [Number(match[1]), match[3] ?? ''];
  // RFC 5322 §4.3: two digits are 1950 to 2049, three count from 1900.
  const year =
    Number(digits) + (digits.length === 4 ? 0 : digits.length === 2 && Number(digits) < 50 ? 2000 : 1900);
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return month < 0 || date.getUTCDate() !== day ? null : date.getTime();
}
