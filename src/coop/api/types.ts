import type { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import type { Clock } from '../../base/index.ts';
import type { Actor, Privilege } from '../acts/types.ts';
import type { Coop } from '../co-op.ts';
import type { Refusal } from '../refusals.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A body that is a file as it came, or an answer that is one. */
export interface FileType {
  readonly media: string;
}

/** What a route answers with where it answers a file. */
export interface FileAnswer {
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array | string>;
  /** What a browser saves it as: of the code, never of a member. */
  readonly name: string;
}

/** One call of a route by somebody who may make it. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly coop: Coop;
  readonly actor: Actor;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Of a write: what rooms know it by, the account's own; '' of a read. */
  readonly key: string;
  readonly clock: Clock;
  /** Where a certificate's code is judged, as others reach it. */
  verifyAt(code: string): string;
  /** What the roles of the actor, and the token they came with, allow. */
  may(privilege: Privilege): boolean;
}

/** Values that are checked on their way in or out, or a file; null: nothing. */
export type Shape = z.ZodType | FileType | null;

/**
 * One address and method of `/api/v1`, as a value: the list of them is the dispatch table, the OpenAPI document and the matrix of
 * who may do what. `privilege` has no default, so that forgetting it does not compile.
 */
export interface ApiRoute {
  readonly method: Method;
  /** Below `/api/v1`: `/ledger/entries/{seq}`. */
  readonly path: string;
  /** One sentence for the document. */
  readonly summary: string;
  readonly tag: string;
  readonly privilege: Privilege;
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: Shape;
  readonly answer: Shape;
  /** Of an answer that is no refusal; default 200. */
  readonly status?: 200 | 201 | 204;
  /** Of a write: the path of the GET route that shows what it changes, whose ETag `If-Match` must name. */
  readonly changes?: string;
  /** For how many requests it counts; default 1. */
  readonly weight?: number;
  /** What it refuses beyond what every route does. */
  readonly refusals: readonly Refusal[];
  run(call: Call): Promise<unknown>;
  /** Where what was made is to be found: a path below `/api/v1`. */
  located?(answer: unknown): string;
  /** Of a write whose answer says who somebody is: their number, so that what is kept of it goes when they are erased. */
  names?(answer: unknown): number;
}

/** Who asks: from a token or a session, before any role is looked at. */
export interface Caller {
  readonly member: Member;
  readonly by: 'token' | 'session';
  /** What the token is good for; null: all that its member may do. */
  readonly scopes: readonly string[] | null;
}

export type Identified =
  | { readonly ok: true; readonly caller: Caller | null }
  | { readonly ok: false; readonly reason: 'credentials' | 'busy' | 'elsewhere' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterMs: number };

/** What the HTTP door knows of a request beside the request. */
export interface Door {
  /** The client's address. */
  readonly remote: string;
  readonly secure: boolean;
}

/** What the API is given by who puts it behind a door. */
export interface ApiParts {
  readonly coop: Coop;
  readonly clock: Clock;
  /** Roles of an account and the number of its member. */
  actorOf(member: Member): Promise<Actor>;
  /** Who asks. `safe`: the request changes nothing. */
  identify(request: Request, door: Door & { readonly safe: boolean }): Promise<Identified>;
  /** Our own faults; answers the number under which it is found in the log. */
  fault(error: unknown): string;
  /** `/` of the server as others reach it, for the document. */
  readonly origin: () => string;
  readonly counted?: (route: string, status: number) => void;
}
