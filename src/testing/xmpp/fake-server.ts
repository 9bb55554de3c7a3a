import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Element, parseElement, StreamSplitter } from '../../formats/stanza/index.ts';
import { dialbackNs, scopeOf, serverNs, streamNs } from './wire.ts';

export interface FakeServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface FakeServerOptions {
  readonly domain: string;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** In place of what a server offers once there is TLS: dialback. */
  readonly features?: string;
  /** What stands in clear behind the go-ahead for TLS. */
  readonly afterProceed?: string;
  /** What it says to an element that came by TLS; null: nothing. */
  readonly answer: (element: Element) => string | null;
}

const tlsNs = 'urn:ietf:params:xml:ns:xmpp-tls';

/** A server that does what a test says, after STARTTLS; on 127.0.0.1. */
export async function openFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('close', () => open.delete(socket)));
    serve(socket, options);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return {
    port: address.port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

function serve(stream: Socket, options: FakeServerOptions): void {
  const { certificate, afterProceed = '', answer } = options;
  const isSecure = stream instanceof TLSSocket;
  const splitter = new StreamSplitter(1_000_000);
  const hear = (octets: Buffer) => {
    for (const piece of splitter.write(octets)) {
      if (piece.kind === 'end') stream.end('</stream:stream>');
      else if (piece.kind === 'head') stream.write(headOf(options, isSecure));
      else {
        const element = parseElement(piece.text, scopeOf(serverNs));
        if (isSecure) stream.write(answer(element) ?? '');
        else if (element.name === 'starttls') {
          stream.off('data', hear);
          stream.write(`<proceed xmlns='${tlsNs}'/>${afterProceed}`);
          const secureContext = createSecureContext(certificate);
          serve(new TLSSocket(stream, { isServer: true, secureContext }), options);
        }
      }
    }
  };
  stream.on('data', hear).on('error', () => stream.destroy());
}

function headOf({ domain, features }: FakeServerOptions, isSecure: boolean): string {
  const names = `xmlns='${serverNs}' xmlns:stream='${streamNs}' xmlns:db='${dialbackNs}'`;
  const offer = isSecure
    ? (features ?? "<dialback xmlns='urn:xmpp:features:dialback'/>")
    : `<starttls xmlns='${tlsNs}'><required/></starttls>`;
  return `<stream:stream from='${domain}' id='fake' version='1.0' ${names}><stream:features>${offer}</stream:features>`;
}
