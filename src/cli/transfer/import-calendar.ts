import { createReadStream } from 'node:fs';
import { calendarComponents, floatingZoneOf } from '../../caldav/index.ts';
import {
  assemble,
  CalendarError,
  type CalendarPiece,
  type Component,
  indexOf,
  objectOf,
  Property,
  splitCalendar,
  writeCalendar,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import {
  type CollectionRow,
  type CollectionsWriter,
  collectionsLimits,
} from '../../stores/collections/index.ts';
import type { Session } from '../admin/index.ts';
import { importHeldCharactersMax, importZonesMax } from '../limits.ts';
import { type ImportedItems, ItemIntake, itemName, uidFor } from './item-intake.ts';

export interface CalendarLimits {
  readonly objectBytesMax: number;
  readonly attendeesMax: number;
}

type Found = Extract<CalendarPiece, { type: 'component' }>;

/** What of one UID was met so far. */
interface Gathered {
  readonly parts: Found[];
  characters: number;
}

/**
 * Puts the objects of a file into a calendar. Components of one UID may stand anywhere in it: it is read once to count them and
 * again to gather them, and once more for those that did not fit into the memory set aside.
 */
class CalendarImport {
  readonly #file: string;
  readonly #limits: CalendarLimits;
  readonly #collection: CollectionRow;
  readonly #intake: ItemIntake;
  readonly #heldMax: number;
  /** How many components each UID still waits for; 0: it is done. */
  readonly #waiting = new Map<string, number>();
  readonly #zones = new Map<string, Component>();

  constructor(
    intake: ItemIntake,
    collection: CollectionRow,
    file: string,
    limits: CalendarLimits,
    heldMax: number,
  ) {
    this.#intake = intake;
    this.#collection = collection;
    this.#file = file;
    this.#limits = limits;
    this.#heldMax = heldMax;
  }

  async run(): Promise<void> {
    await this.#count();
    for (let first = true; await this.#gather(first); first = false);
    await this.#intake.flush();
  }

  #pieces(): AsyncGenerator<CalendarPiece> {
    return splitCalendar(createReadStream(this.#file), this.#limits.objectBytesMax);
  }

  async #count(): Promise<void> {
    for await (const piece of this.#pieces()) {
      if (piece.type === 'zone') {
        if (this.#zones.size < importZonesMax) this.#zones.set(piece.tzid, piece.component);
      } else if (piece.type === 'component') {
        const uid = uidOf(piece);
        const count = this.#waiting.get(uid);
        // A calendar does not hold more: what comes later is refused, and need not be remembered.
        if (count !== undefined || this.#waiting.size < collectionsLimits.itemsPerCollectionMax)
          this.#waiting.set(uid, (count ?? 0) + 1);
      }
    }
  }

  /** Reads the file once; answers whether something had to be left for the next time. */
  async #gather(first: boolean): Promise<boolean> {
    const gathered = new Map<string, Gathered>();
    const later = new Set<string>();
    let held = 0;
    for await (const piece of this.#pieces()) {
      if (piece.type === 'refused') {
        if (first) this.#intake.refuse(piece.error.line || piece.line, piece.error.message);
        continue;
      }
      if (piece.type === 'zone') {
        // The next VCALENDAR of a file may mean another zone by the same name.
        if (this.#zones.has(piece.tzid)) this.#zones.set(piece.tzid, piece.component);
        continue;
      }
      const uid = uidOf(piece);
      const wanted = this.#waiting.get(uid);
      if (wanted === undefined) {
        if (first) this.#intake.refuse(piece.line, 'a calendar does not hold so many objects');
        continue;
      }
      if (wanted === 0 || later.has(uid)) continue;
      const one = gathered.get(uid) ?? { parts: [], characters: 0 };
      if (one.parts.length === 0 && wanted > 1 && held >= this.#heldMax) {
        later.add(uid);
        continue;
      }
      const characters = wanted === 1 ? 0 : writeComponent(piece.component).length;
      one.parts.push(piece);
      one.characters += characters;
      held += characters;
      gathered.set(uid, one);
      const tooLarge = one.characters > this.#limits.objectBytesMax;
      if (one.parts.length < wanted && !tooLarge) continue;
      gathered.delete(uid);
      held -= one.characters;
      this.#waiting.set(uid, 0);
      if (tooLarge)
        this.#intake.refuse(one.parts[0]?.line ?? piece.line, 'it is too large with all its instances');
      else await this.#take(uid, one.parts);
    }
    return later.size > 0;
  }

  async #take(uid: string, parts: readonly Found[]): Promise<void> {
    const line = parts[0]?.line ?? 0;
    try {
      const components = newest(parts).map((component) =>
        component.property('UID') ? component : component.adding(Property.text('UID', uid)),
      );
      const object = objectOf(assemble(components, this.#zones), {
        bytesMax: this.#limits.objectBytesMax,
        attendeesMax: this.#limits.attendeesMax,
      });
      const { details } = this.#collection;
      const allowed = details.components ?? calendarComponents;
      if (!allowed.includes(object.kind))
        throw new CalendarError(`this calendar holds no ${object.kind}`, line);
      const index = indexOf(object, floatingZoneOf(details));
      const bytes = Buffer.from(writeCalendar(object));
      await this.#intake.take(line, itemName(index.uid, '.ics'), { ...index, bytes, scheduleTag: 'none' });
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      this.#intake.refuse(error.line || line, error.message);
    }
  }
}

/** A file without UIDs, as old programs wrote them, is the same file when it is read again. */
const uidOf = ({ uid, component }: Found): string => uid ?? uidFor(writeComponent(component));

/** Files that were put together from several hold an instance twice: the one with the higher SEQUENCE counts, else the later. */
function newest(parts: readonly Found[]): readonly Component[] {
  const kept = new Map<string, Component>();
  for (const { component } of parts) {
    const key = `${component.name} ${component.property('RECURRENCE-ID')?.value ?? ''}`;
    const other = kept.get(key);
    if (other === undefined || sequenceOf(component) >= sequenceOf(other)) kept.set(key, component);
  }
  return [...kept.values()];
}

const sequenceOf = (component: Component): number => Number(component.property('SEQUENCE')?.value) || 0;

/** An .ics file of any size into a calendar. What is there already by its UID is passed over, so nothing is undone. */
export async function importCalendar(
  store: CollectionsWriter,
  collection: CollectionRow,
  file: string,
  limits: CalendarLimits,
  session: Session,
  heldMax = importHeldCharactersMax,
): Promise<ImportedItems> {
  const intake = new ItemIntake(store, collection, file, session);
  try {
    await new CalendarImport(intake, collection, file, limits, heldMax).run();
  } catch (error) {
    // The file ends here: it has more than any calendar.
    if (!(error instanceof CalendarError)) throw error;
    intake.refuse(error.line, error.message);
    await intake.flush();
  }
  return intake.result;
}
