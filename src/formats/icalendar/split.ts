import { type Line, OctetLines, textOf } from '../content-lines/index.ts';
import type { Component } from './component.ts';
import { CalendarError, dialect } from './errors.ts';
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
export function assemble(
  components: readonly Component[],
  zones: Pick<ReadonlyMap<string, Component>, 'get'>,
): Component {
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

/** Unfolds lines of octets; one that is too long is told without its rest. */
class Unfolder {
  readonly #tell: (line: Line | CalendarError) => void;
  readonly #lines: OctetLines;
  #pieces: Buffer[] = [];
  #octets = 0;
  #began = 0;

  constructor(tell: (line: Line | CalendarError) => void) {
    this.#tell = tell;
    this.#lines = new OctetLines(lineOctetsMax, (octets, line) => this.#take(octets, line));
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    this.#flush();
  }

  #take(whole: Buffer | null, line: number): void {
    const octets = whole === null ? null : withoutEnd(whole);
    if (octets?.length === 0) return;
    const folded = this.#octets > 0 && (octets?.[0] === 0x20 || octets?.[0] === 0x09);
    if (!folded) {
      this.#flush();
      this.#began = line;
    }
    const piece = folded ? octets.subarray(1) : octets;
    this.#octets += piece === null ? lineOctetsMax + 1 : piece.length;
    if (piece !== null && this.#octets <= lineOctetsMax) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #flush(): void {
    if (this.#octets === 0) return;
    const tooLong = this.#octets > lineOctetsMax;
    const [first] = this.#pieces;
    const octets = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#octets = 0;
    this.#tell(
      tooLong
        ? new CalendarError(`a line of more than ${lineOctetsMax} octets`, this.#began)
        : this.#read(octets),
    );
  }

  #read(octets: Buffer): Line | CalendarError {
    try {
      return { text: textOf(octets, dialect, this.#began), line: this.#began };
    } catch (error) {
      if (error instanceof CalendarError) return error;
      throw error;
    }
  }
}

function withoutEnd(octets: Buffer): Buffer {
  let end = octets.length;
  if (octets[end - 1] === 0x0a) end--;
  if (octets[end - 1] === 0x0d) end--;
  return octets.subarray(0, end);
}

const lineOctetsMax = lineCharactersMax;

class CalendarSplitter {
  readonly #bytesMax: number;
  readonly #lines: Unfolder;
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
    this.#lines = new Unfolder((line) => this.#take(line));
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

  #take(found: Line | CalendarError): void {
    const refused = found instanceof CalendarError;
    if (!refused && found.text.trim() === '') return;
    const [, verb = '', name = ''] = refused ? [] : (bounds.exec(found.text) ?? []);
    const begins = verb.toUpperCase() === 'BEGIN';
    const ends = verb.toUpperCase() === 'END';
    if (name.toUpperCase() === 'VCALENDAR' && (begins || ends)) {
      if (this.#depth > 0) this.#refuse(new CalendarError('a component does not end', this.#began));
      this.#inCalendar = begins;
      return;
    }
    if (this.#depth === 0) {
      if (begins) this.#begin(found.line);
      else {
        // Properties of the calendar itself are not looked at; what is no line at all is told.
        if (refused) this.#tell(found, found.line);
        else if (!this.#inCalendar)
          this.#tell(new CalendarError('it stands outside of a VCALENDAR', found.line), found.line);
        return;
      }
    }
    if (begins) this.#depth++;
    this.#feed(found);
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
  #feed(found: Line | CalendarError): void {
    if (this.#reader === null) return;
    try {
      if (found instanceof CalendarError) throw found;
      this.#characters += found.text.length;
      if (this.#characters > this.#bytesMax) {
        throw new CalendarError(
          `a component of more than ${this.#bytesMax} octets`,
          this.#began,
          'max-resource-size',
        );
      }
      this.#reader.take(found);
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
