import { FormatError } from '../../base/index.ts';
import type { LineFault, Parameter } from '../content-lines/index.ts';

export type CardVersion = '2.1' | '3.0' | '4.0';

export interface CardProperty {
  /** As it was written, such as `item1`; '' for none. */
  readonly group: string;
  /** Upper case. */
  readonly name: string;
  /** As it was written, such as `X-ABLabel`. */
  readonly spelling: string;
  readonly parameters: readonly Parameter[];
  /** As it stands on its unfolded line, with its escapes. */
  readonly value: string;
  /** Where it began in what was read, from 1; 0: it was made here. */
  readonly line: number;
}

/** What stands between BEGIN and END, without VERSION. */
export interface Card {
  readonly version: CardVersion;
  /** '' where it has none. */
  readonly uid: string;
  readonly properties: readonly CardProperty[];
}

/** `version`: one that is not read here. `several`: more than one card. */
export type CardFault = LineFault | 'too-large' | 'several' | 'version';

/** A card that cannot be read. `at` is the line, from 1. */
export class CardError extends FormatError {
  readonly fault: CardFault;

  constructor(fault: CardFault, message: string, line: number) {
    super(line > 0 ? `line ${line}: ${message}` : message, line);
    this.fault = fault;
  }
}

export interface CardLimits {
  readonly bytesMax: number;
  readonly propertiesMax: number;
}
