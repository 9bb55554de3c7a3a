import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { saslNs } from '../namespaces.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { begin, type Connecting, type Opened, openStream, Unreached, unreached } from './connect.ts';
import { demandValid, dialbackText } from './dialback.ts';
import { dialbackKey } from './dialback-key.ts';
import { ackNs, bidiFeatureNs, bidiNs } from './names.ts';
import { limitsElement } from './offers.ts';
import type { ServerStream } from './server-stream.ts';

/** Stanzas that come before acknowledgements are on. */
const earlyMax = 64;

export interface Initiating extends Connecting {
  readonly secret: string;
}

/** A stream that the other server has believed to be ours. */
export interface Initiated {
  readonly stream: ServerStream;
  /** By its certificate; else by the DNS alone. */
  readonly isTrusted: boolean;
  /** It may send us something by the same stream (XEP-0288). */
  readonly isBidi: boolean;
  /** It goes on where the one before ended (XEP-0198 §5). */
  readonly isResumed: boolean;
  /** What it has handled, as it says with a resumption. */
  readonly h: string | undefined;
  /** What came before acknowledgements were on. */
  readonly early: readonly Element[];
}

/**
 * Opens a stream and shows who we are: by our certificate (XEP-0178 §3), else by dialback. `before`: what may be resumed. Throws
 * StanzaError.
 */
export async function initiate(
  over: Initiating,
  { ours, theirs }: { readonly ours: string; readonly theirs: string },
  before: Acknowledgements | null,
): Promise<Initiated> {
  const opened = await openStream(over, ours, theirs);
  const { stream, isTrusted } = opened;
  const { chat, limits, settings } = over;
  try {
    if (!isTrusted && settings().trust === 'certificates') {
      const text = 'the other server has no valid certificate';
      throw new Unreached('certificate', text, { text });
    }
    const isBidi = childOf(opened.features, 'bidi', bidiFeatureNs) !== undefined;
    if (isBidi) stream.send(element('bidi', bidiNs, {}, limitsElement(limits.serverStanzaBytesMax, limits)));
    const features = await shown(over, opened, ours, theirs);
    stream.transport.trust(limits.serverStanzaBytesMax);
    const acked = await acknowledging(stream, features, before, chat.limits.unsettledMax);
    stream.connection.authenticated();
    return { stream, isBidi, isTrusted, ...acked };
  } catch (error) {
    stream.close();
    throw unreached(error);
  }
}

/** Answers the features of the stream that follows. */
async function shown(over: Initiating, opened: Opened, ours: string, theirs: string): Promise<Element> {
  const { stream, features } = opened;
  const mechanisms = childOf(features, 'mechanisms', saslNs);
  const names = mechanisms === undefined ? [] : childrenOf(mechanisms, 'mechanism').map(textOf);
  if (names.includes('EXTERNAL')) {
    const authorization = Buffer.from(ours).toString('base64');
    stream.send(element('auth', saslNs, { mechanism: 'EXTERNAL' }, authorization));
    const answer = await stream.element();
    if (answer.ns === saslNs && answer.name === 'success') {
      stream.transport.restart();
      return begin(stream, ours, theirs);
    }
  }
  const claim = { receiving: theirs, originating: ours, streamId: stream.id };
  const text = dialbackKey(over.secret, claim);
  stream.transport.send(dialbackText({ name: 'result', from: ours, to: theirs, text }));
  demandValid(await stream.element(), ours, theirs);
  return features;
}

/** XEP-0198 §3, §5. */
async function acknowledging(
  stream: ServerStream,
  features: Element,
  before: Acknowledgements | null,
  unsettledMax: number,
): Promise<Omit<Initiated, 'stream' | 'isBidi' | 'isTrusted'>> {
  const early: Element[] = [];
  if (childOf(features, 'sm', ackNs) === undefined) return { isResumed: false, h: undefined, early };
  let h: string | undefined;
  if (before !== null && before.id !== '') {
    const handled = `${before.inbound.handled}`;
    stream.send(element('resume', ackNs, { previd: before.id, h: handled }));
    const answer = await awaited(stream, early);
    h = answer.attributes.h;
    if (answer.name === 'resumed') {
      stream.acks = before;
      return { isResumed: true, h, early };
    }
  }
  stream.send(element('enable', ackNs, { resume: 'true' }));
  const answer = await awaited(stream, early);
  if (answer.name === 'enabled') {
    const { id = '', resume = '' } = answer.attributes;
    stream.acks = new Acknowledgements(resume === 'true' || resume === '1' ? id : '', unsettledMax);
  }
  return { isResumed: false, h, early };
}

/** What comes before the answer was sent without being counted; there is not much time for it. */
async function awaited(stream: ServerStream, early: Element[]): Promise<Element> {
  for (;;) {
    const of = await stream.element();
    if (of.ns === ackNs && of.name !== 'r' && of.name !== 'a') return of;
    if (early.push(of) > earlyMax)
      throw new StreamError('policy-violation', 'too much came before an answer');
  }
}
