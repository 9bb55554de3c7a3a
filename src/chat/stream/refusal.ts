import { escapeAttribute } from '../../formats/stanza/index.ts';
import { StreamError, streamErrorElement } from '../errors.ts';
import { streamsNs } from '../namespaces.ts';
import { innerText } from './tcp-transport.ts';

const errors = {
  'too-many': new StreamError('resource-constraint', 'the server has no room for more connections'),
  'too-many-from-address': new StreamError('policy-violation', 'too many connections from your address'),
} as const;

export type StreamRefusal = keyof typeof errors;

/**
 * What a door in clear says to a connection that it does not take, and why (RFC 6120 §4.9.1.2: a stream is opened to say it).
 * `ns` is that of its streams, `from` the domain.
 */
export function refusedStream(ns: string, from: string, reason: StreamRefusal): string {
  const head = `<?xml version='1.0'?><stream:stream xmlns='${ns}' xmlns:stream='${streamsNs}' from='${escapeAttribute(from)}' version='1.0'>`;
  const { children } = streamErrorElement(errors[reason]);
  return `${head}<stream:error>${innerText(children, ns)}</stream:error></stream:stream>`;
}
