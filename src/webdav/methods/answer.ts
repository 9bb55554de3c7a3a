import { StoreError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import type { Exchange, Written } from '../types.ts';

/** RFC 9110 §15.3: 201 for what is new, 204 for what took another's place; the ETag where it is of the bytes that came. */
export function answerWritten(
  exchange: Exchange,
  { resource, created, verbatim, headers }: Written,
  more: Readonly<Record<string, string>> = {},
): void {
  const etag = verbatim && resource.etag !== null ? { ETag: resource.etag } : {};
  exchange.send(created ? 201 : 204, { ...etag, ...headers, ...more });
}

/** A collection above that is not there is a conflict, and not something that is missing (RFC 4918 §9.3.1, §9.7.1, §9.8.5). */
export function noParent(): DavError {
  return new DavError(409, 'there is no such folder to put it into');
}

/** The same where it went away after it was looked for. */
export async function inParent<T>(task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'not-found') throw noParent();
    throw error;
  }
}
