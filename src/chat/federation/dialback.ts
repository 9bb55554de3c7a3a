import { type Element, escapeAttribute, escapeText, textOf } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import { type Connecting, openStream, Unreached, unreached } from './connect.ts';
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
    for (let n = 0; n < over.limits.unknownElementsMax; n++) {
      const answer = await stream.element();
      const { id, type } = answer.attributes;
      const isIt =
        isDialback(answer, 'verify') && isBetween(answer, originating, receiving) && id === streamId;
      if (isIt && type !== undefined) return type === 'valid';
    }
    throw new StreamError('policy-violation', 'too much was said in place of an answer');
  } catch (error) {
    throw unreached(error);
  } finally {
    stream.close();
  }
}

/** However it writes them: `from` and `to` are these domains. */
const isBetween = ({ attributes: { from, to } }: Element, theirs: string, ours: string): boolean =>
  tryJid(from)?.domain === theirs && tryJid(to)?.domain === ours;

/** As the initiating server (XEP-0220 §2.1): shows the key, and waits until it is believed. Throws StanzaError. */
export function demandValid(answer: Element, ours: string, theirs: string): void {
  const { type } = answer.attributes;
  const isIt = isDialback(answer, 'result') && isBetween(answer, theirs, ours);
  if (!isIt) throw new Unreached('stream', 'it did not answer what it was asked');
  if (type === 'valid') return;
  // §2.5: who says why may change its mind later.
  const text = `the other server did not believe us${said(answer)}`;
  throw new Unreached('not-believed', text, { text });
}

const said = (answer: Element): string => {
  const text = textOf(answer).trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
};
