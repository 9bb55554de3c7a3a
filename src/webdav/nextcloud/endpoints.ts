import type { Accounts } from '../../accounts/index.ts';
import type { Clock } from '../../base/index.ts';
import type { FilesHouse } from '../files/index.ts';
import type { Visit, Visitor } from '../types.ts';
import type { Data } from './ocs.ts';

export type MemberVisitor = Extract<Visitor, { kind: 'member' }>;

/** What the endpoints stand on. */
export interface OcsHouse {
  readonly house: FilesHouse;
  readonly accounts: Accounts;
  readonly instance: string;
  readonly clock: Clock;
  /** How the co-op calls itself. */
  productName(): string;
  /** Whether members may make public links. */
  links(): boolean;
}

/** One request of a member to OCS. */
export interface OcsCall {
  readonly method: string;
  /** Below `/ocs/v1.php` or `/ocs/v2.php`, decoded. */
  readonly path: readonly string[];
  /** Of the URL and the form; the form's first. */
  readonly fields: URLSearchParams;
  readonly visitor: MemberVisitor;
  readonly visit: Visit;
  /** Scheme and authority as the client sees them. */
  readonly origin: string;
}

/** Null: there is no such endpoint. */
export type Endpoint = (call: OcsCall, ocs: OcsHouse) => Promise<Data> | null;
