import { type Element, escapeAttribute, escapeText, textOf } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { type Connecting, openStream, unreachable } from './connect.ts';
import type { DialbackClaim } from './dialback-key.ts';
import { dialbackNs } from './names.ts';

interface Dialback {
  readonly name: 'result' | 'verify';
  readonly from: string;
  readonly to: string;
  readonly id?: string;
  readonly type?: 'valid' | 'invalid' | 'error';
  /** The key; of an error its element as text. */
  readonly text?: string;
  readonly inner?: string;
}

/** As text of a stream: some servers know the elements by the prefix alone (XEP-0220 §2). */
export function dialbackText({ name, text = '', inner = '', ...attributes }: Dialback): string {
  let head = `<db:${name}`;
  for (const [key, value] of Object.entries(attributes)) head += ` ${key}='${escapeAttribute(value)}'`;
  return `${head}>${escapeText(text)}${inner}</db:${name}>`;
}

export const isDialback = ({ ns, name }: Element, wanted: Dialback['name']): boolean =>
  ns === dialbackNs && name === wanted;

/**
 * Asks the server of the domain that is claimed whether it made the key (XEP-0220 §2.3). Throws StanzaError where it is not
 * reached.
 */
export async function askAuthority(over: Connecting, claim: DialbackClaim, key: string): Promise<boolean> {
  const { receiving, originating, streamId } = claim;
  const { stream } = await openStream(over, receiving, originating);
  try {
    const request = { name: 'verify', from: receiving, to: originating, id: streamId, text: key } as const;
    stream.transport.send(dialbackText(request));
    for (;;) {
      const answer = await stream.element();
      const { from, to, id, type } = answer.attributes;
      const isIt =
        isDialback(answer, 'verify') && from === originating && to === receiving && id === streamId;
      if (isIt && type !== undefined) return type === 'valid';
    }
  } catch (error) {
    throw unreachable(over.chat, originating, error);
  } finally {
    stream.close();
  }
}

/** As the initiating server (XEP-0220 §2.1): shows the key, and waits until it is believed. Throws StanzaError. */
export function demandValid(answer: Element, ours: string, theirs: string): void {
  const { from, to, type } = answer.attributes;
  const isIt = isDialback(answer, 'result') && from === theirs && to === ours;
  if (!isIt) throw new StanzaError('remote-server-timeout');
  if (type === 'valid') return;
  // §2.5: who says why may change its mind later.
  throw new StanzaError('remote-server-timeout', {
    text: `the other server did not believe us${said(answer)}`,
  });
}

const said = (answer: Element): string => {
  const text = textOf(answer).trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
};
