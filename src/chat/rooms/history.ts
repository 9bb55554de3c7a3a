import { childOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { delayElement, parseDateTime } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { stanzaText } from '../stanza.ts';
import { mucNs } from './names.ts';

/** A message as it was said, without `to`. */
export interface Said {
  /** Of the archive; 0: it is not in it. */
  readonly id: number;
  readonly atMs: number;
  readonly element: Element;
}

interface Entry extends Said {
  /** As it is told later (XEP-0203). */
  readonly told: Element;
  readonly chars: number;
}

/** How much who enters wants to hear (XEP-0045 §7.2.14); what is missing does not narrow. */
export interface HistoryAsked {
  readonly maxStanzas?: number;
  readonly maxChars?: number;
  readonly sinceMs?: number;
}

function amount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,12}$/.test(text))
    throw new StanzaError('bad-request', { text: `'${name}' of the history is no number` });
  return Number(text);
}

/** Throws StanzaError, FormatError. */
export function historyAsked(presence: Element, nowMs: number): HistoryAsked {
  const x = childOf(presence, 'x', mucNs);
  const { maxstanzas, maxchars, seconds, since } = (x && childOf(x, 'history'))?.attributes ?? {};
  const [stanzas, chars, age] = [
    amount('maxstanzas', maxstanzas),
    amount('maxchars', maxchars),
    amount('seconds', seconds),
  ];
  const from = since === undefined ? undefined : parseDateTime(since);
  const oldest = age === undefined ? undefined : nowMs - age * 1_000;
  const sinceMs = from === undefined || oldest === undefined ? (from ?? oldest) : Math.max(from, oldest);
  return {
    ...(stanzas === undefined ? {} : { maxStanzas: stanzas }),
    ...(chars === undefined ? {} : { maxChars: chars }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

/** What was said last in a room, as far as it is told to who enters. */
export class History {
  #entries: Entry[] = [];
  #chars = 0;
  readonly #room: string;
  readonly #charsMax: number;

  constructor(room: string, charsMax: number) {
    this.#room = room;
    this.#charsMax = charsMax;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** `max`: so many are kept. */
  add(said: Said, max: number): void {
    const { element: of, atMs } = said;
    const told = { ...of, children: [...of.children, delayElement(this.#room, atMs)] };
    const entry: Entry = { ...said, told, chars: stanzaText(of).length };
    this.#entries.push(entry);
    this.#chars += entry.chars;
    this.trim(max);
  }

  trim(max: number): void {
    while (this.#entries.length > max || (this.#chars > this.#charsMax && this.#entries.length > 0))
      this.#chars -= this.#entries.shift()?.chars ?? 0;
  }

  /** Another one stands in its place (XEP-0425 §5). */
  replace(id: number, by: Element): void {
    const at = this.#entries.findIndex((entry) => entry.id === id);
    const before = this.#entries[at];
    if (before === undefined) return;
    const told = { ...by, children: [...by.children, delayElement(this.#room, before.atMs)] };
    const chars = stanzaText(by).length;
    this.#chars += chars - before.chars;
    this.#entries[at] = { id, atMs: before.atMs, element: by, told, chars };
  }

  /** The last ones that were asked for, the oldest first. */
  told({ maxStanzas = Number.POSITIVE_INFINITY, maxChars, sinceMs = 0 }: HistoryAsked): readonly Element[] {
    const told: Element[] = [];
    let chars = 0;
    for (const entry of this.#entries.toReversed()) {
      chars += entry.chars;
      if (told.length >= maxStanzas || entry.atMs < sinceMs) break;
      if (maxChars !== undefined && chars > maxChars) break;
      told.push(entry.told);
    }
    return told.toReversed();
  }
}

/** Whether a message is a change of subject (XEP-0045 §8.1); its text. */
export function subjectOf(of: Element): string | null {
  const subject = childOf(of, 'subject');
  if (subject === undefined || childOf(of, 'body') !== undefined || childOf(of, 'thread') !== undefined)
    return null;
  return textOf(subject);
}
