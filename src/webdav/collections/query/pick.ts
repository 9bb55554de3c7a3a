import type { XmlElement } from '../../../formats/xml/index.ts';
import { attributeOf } from './filter.ts';
import { pickedNamesMax } from './limits.ts';

/** A property that is wanted of the data of each item (RFC 4791 §9.6.4, RFC 6352 §10.4.2). */
export interface PickedProperty {
  /** Upper case. */
  readonly name: string;
  readonly novalue: boolean;
}

/** Reads what is picked from the data of each item, and counts it. `refused`: there is too much. */
export class PickReader {
  readonly #refused: (message: string) => Error;
  #names = 0;

  constructor(refused: (message: string) => Error) {
    this.#refused = refused;
  }

  name(element: XmlElement): string {
    if (++this.#names > pickedNamesMax) throw this.#refused(`at most ${pickedNamesMax} names are picked`);
    return attributeOf(element, 'name')?.toUpperCase() ?? '';
  }

  property(element: XmlElement): PickedProperty {
    return { name: this.name(element), novalue: attributeOf(element, 'novalue') === 'yes' };
  }
}
