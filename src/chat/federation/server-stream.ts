import {
  type Attributes,
  type Element,
  element,
  elementsOf,
  textOf,
  writeElement,
} from '../../formats/stanza/index.ts';
import type { Connection } from '../../net/index.ts';
import { StreamError, streamErrorElement } from '../errors.ts';
import { serverNs, streamErrorsNs, streamsNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import { Pace } from '../stream/pace.ts';
import { TcpTransport } from '../stream/tcp-transport.ts';
import type { StreamEvent } from '../stream/transport.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { dialbackNs } from './names.ts';

/** The other side has ended the stream, or the connection is gone. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
}

/** A stream between two servers (RFC 6120 §4), whichever of them opened it. */
export class ServerStream {
  readonly connection: Connection;
  readonly transport: TcpTransport;
  /** As the receiving server named it. */
  id = '';
  /** XEP-0198, once it is enabled. */
  acks: Acknowledgements | null = null;
  /** Of the longest element that the other side takes (XEP-0478). */
  peerBytesMax = Number.POSITIVE_INFINITY;
  /** Monotonic ms: when something was last said in either direction. */
  spokeAtMs = 0;
  #isOver = false;

  constructor(connection: Connection, bytesMax: number, { clock, limits }: Pick<Chat, 'clock' | 'limits'>) {
    this.connection = connection;
    this.transport = new TcpTransport(connection, serverNs, bytesMax, new Pace(clock, limits));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isSecure(): boolean {
    return this.connection.secure;
  }

  open(attributes: Attributes): void {
    this.transport.open({ ...attributes, version: '1.0', 'xml:lang': 'en', 'xmlns:db': dialbackNs });
  }

  next(): StreamEvent | Promise<StreamEvent> {
    return this.transport.next();
  }

  /** The head of the other side's stream. Throws StreamEnded, StreamError. */
  async head(): Promise<Element> {
    const event = await this.next();
    if (event.kind === 'head') return event.element;
    throw ended(event);
  }

  /** The next element, in dialogues. Throws StreamEnded, StreamError. */
  async element(): Promise<Element> {
    const event = await this.next();
    if (event.kind !== 'element' || isStreamError(event.element)) throw ended(event);
    return event.element;
  }

  /** RFC 6120 §4.3.2. */
  async features(): Promise<Element> {
    const features = await this.element();
    if (features.name === 'features' && features.ns === streamsNs) return features;
    throw new StreamError('bad-format', 'the features of a stream come first');
  }

  send(of: Element): boolean {
    return this.transport.send(writeElement(of, serverNs));
  }

  sendFeatures(offers: readonly Element[]): void {
    this.transport.sendStream(element('features', streamsNs, {}, ...offers));
  }

  fail(error: StreamError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transport.sendStream(streamErrorElement(error));
    this.transport.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transport.close();
  }

  /** Without a word: the other side does not listen any more. */
  cut(reason: string): void {
    this.#isOver = true;
    this.connection.destroy(reason);
  }
}

export const isStreamError = ({ name, ns }: Element): boolean => name === 'error' && ns === streamsNs;

const saidCharsMax = 200;

/** What the other side says is wrong; '' where it says nothing. */
function faultOf(of: Element): string {
  let said = '';
  for (const child of elementsOf(of)) {
    if (child.ns !== streamErrorsNs) continue;
    said += child.name === 'text' ? ` (${textOf(child).slice(0, saidCharsMax)})` : child.name;
  }
  return said;
}

function ended(event: StreamEvent): StreamEnded {
  switch (event.kind) {
    case 'element':
      return new StreamEnded(`the other server ended the stream: ${faultOf(event.element)}`);
    case 'head':
      return new StreamEnded('the other server began another stream');
    default:
      return new StreamEnded('the other server ended the stream');
  }
}
