import type { Component } from './component.ts';
import { CalendarError } from './errors.ts';
import { componentsPerFileMax, lineCharactersMax, objectBytesMax } from './limits.ts';
import { ComponentReader } from './parse.ts';
import { newCalendar } from './read.ts';

/** What comes out of a file: a component, a VTIMEZONE for those, or what could not be read, and where each began. */
export type CalendarPiece =
  | {
      readonly type: 'component';
      readonly component: Component;
      readonly uid: string | null;
      readonly line: number;
    }
  | { readonly type: 'zone'; readonly component: Component; readonly tzid: string; readonly line: number }
  | { readonly type: 'refused'; readonly error: CalendarError; readonly line: number };

/**
 * The components of a file of any size, as they come: of one or many VCALENDARs, each component whole. What is wrong with one
 * is told and the next goes on. Instances of one UID may stand far apart: to put them together is the caller's, with
 * `assemble`. Octets of a character may be parted by a fold, as RFC 5545 §3.1 warns.
 */
export async function* splitCalendar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax = objectBytesMax,
): AsyncGenerator<CalendarPiece> {
  const splitter = new CalendarSplitter(bytesMax);
  for await (const chunk of source) {
    splitter.push(chunk);
    yield* splitter.taken();
  }
  splitter.end();
  yield* splitter.taken();
}

/** A VCALENDAR of components of one UID, with those of the zones that they name. Zones of the system need no VTIMEZONE. */
export function assemble(components: readonly Component[], zones: ReadonlyMap<string, Component>): Component {
  const named = new Set<string>();
  const look = (component: Component): void => {
    for (const property of component.properties()) {
      const tzid = property.parameter('TZID');
      if (tzid !== undefined) named.add(tzid);
    }
    component.components().forEach(look);
  };
  components.forEach(look);
  const needed = [...named].flatMap((tzid) => zones.get(tzid) ?? []);
  return newCalendar([...needed, ...components]);
}

/** Lines of octets, unfolded; one that is too long is told without its rest. */
class OctetLines {
  readonly #tell: (text: string | CalendarError, line: number) => void;
  #pieces: Uint8Array[] = [];
  #octets = 0;
  #began = 0;
  #line = 0;
  #rest: Uint8Array[] = [];
  #restOctets = 0;

  constructor(tell: (text: string | CalendarError, line: number) => void) {
    this.#tell = tell;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      this.#keep(chunk.subarray(from, at));
      this.#take();
      from = at + 1;
    }
    // A copy: the chunk may be one of a buffer that is used again.
    if (from < chunk.length) this.#keep(Uint8Array.from(chunk.subarray(from)));
  }

  end(): void {
    if (this.#restOctets > 0) this.#take();
    this.#flush();
  }

  /** Beyond the bound octets are counted and let go. */
  #keep(piece: Uint8Array): void {
    this.#restOctets += piece.length;
    if (this.#restOctets <= lineOctetsMax) this.#rest.push(piece);
  }

  #take(): void {
    this.#line++;
    const whole = this.#rest.length === 1 ? (this.#rest[0] ?? empty) : Buffer.concat(this.#rest);
    const tooLong = this.#restOctets > lineOctetsMax;
    this.#rest = [];
    this.#restOctets = 0;
    const physical = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    if (physical.length === 0) return;
    const folded = (physical[0] === 0x20 || physical[0] === 0x09) && this.#octets > 0;
    if (!folded) {
      this.#flush();
      this.#began = this.#line;
    }
    const piece = folded ? physical.subarray(1) : physical;
    this.#octets += tooLong ? lineOctetsMax + 1 : piece.length;
    if (this.#octets <= lineOctetsMax) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #flush(): void {
    if (this.#octets === 0) return;
    const tooLong = this.#octets > lineOctetsMax;
    const octets = this.#pieces.length === 1 ? (this.#pieces[0] ?? empty) : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#octets = 0;
    if (tooLong) {
      this.#tell(new CalendarError(`a line of more than ${lineOctetsMax} octets`, this.#began), this.#began);
      return;
    }
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
    } catch {
      this.#tell(new CalendarError('it is not UTF-8', this.#began), this.#began);
      return;
    }
    if (text.trim() !== '') this.#tell(text, this.#began);
  }
}

const empty = new Uint8Array();
const lineOctetsMax = lineCharactersMax;

class CalendarSplitter {
  readonly #bytesMax: number;
  readonly #lines: OctetLines;
  #pieces: CalendarPiece[] = [];
  /** Of the component under way: how deep, where it began, how long. 0: between components. */
  #depth = 0;
  #began = 0;
  #characters = 0;
  #reader: ComponentReader | null = null;
  #inCalendar = false;
  #count = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#lines = new OctetLines((text, line) => this.#line(text, line));
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    if (this.#depth > 0) this.#refuse(new CalendarError('the file ends inside of a component', this.#began));
    else if (this.#inCalendar) this.#tell(new CalendarError('the file ends before END:VCALENDAR'), 0);
  }

  taken(): readonly CalendarPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #line(text: string | CalendarError, line: number): void {
    const [, verb = '', name = ''] = typeof text === 'string' ? (bounds.exec(text) ?? []) : [];
    const begins = verb.toUpperCase() === 'BEGIN';
    const ends = verb.toUpperCase() === 'END';
    if (name.toUpperCase() === 'VCALENDAR' && (begins || ends)) {
      if (this.#depth > 0) this.#refuse(new CalendarError('a component does not end', this.#began));
      this.#inCalendar = begins;
      return;
    }
    if (this.#depth === 0) {
      if (begins) this.#begin(line);
      else {
        // Properties of the calendar itself are not looked at; what is no line at all is told.
        if (typeof text !== 'string') this.#tell(text, line);
        else if (!this.#inCalendar)
          this.#tell(new CalendarError('it stands outside of a VCALENDAR', line), line);
        return;
      }
    }
    if (begins) this.#depth++;
    this.#feed(text, line);
    if (ends) this.#depth--;
  }

  #begin(line: number): void {
    if (++this.#count > componentsPerFileMax) {
      throw new CalendarError(
        `more than ${componentsPerFileMax} components in a file`,
        line,
        'max-resource-size',
      );
    }
    this.#began = line;
    this.#characters = 0;
    this.#reader = new ComponentReader((component) => this.#done(component));
  }

  /** After the first thing that is wrong the rest of a component is passed over. */
  #feed(text: string | CalendarError, line: number): void {
    if (this.#reader === null) return;
    try {
      if (typeof text !== 'string') throw text;
      this.#characters += text.length;
      if (this.#characters > this.#bytesMax) {
        throw new CalendarError(
          `a component of more than ${this.#bytesMax} octets`,
          this.#began,
          'max-resource-size',
        );
      }
      this.#reader.line(text, line);
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      this.#reader = null;
      this.#tell(error, this.#began);
    }
  }

  #done(component: Component): void {
    this.#reader = null;
    const line = this.#began;
    if (component.name === 'VTIMEZONE') {
      this.#pieces.push({ type: 'zone', component, tzid: component.text('TZID') ?? '', line });
    } else {
      const uid = component.text('UID')?.trim() ?? '';
      this.#pieces.push({ type: 'component', component, uid: uid === '' ? null : uid, line });
    }
  }

  #refuse(error: CalendarError): void {
    if (this.#reader !== null) this.#tell(error, this.#began);
    this.#reader = null;
    this.#depth = 0;
  }

  #tell(error: CalendarError, line: number): void {
    this.#pieces.push({ type: 'refused', error, line });
  }
}

const bounds = /^(BEGIN|END):\s*([A-Za-z0-9-]{1,64})\s*$/i;
