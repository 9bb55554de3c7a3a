import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Element, parseElement, StreamSplitter, textOf } from '../../formats/stanza/index.ts';
import { dialbackNs, scopeOf, serverNs, streamNs } from './wire.ts';

export interface DialbackAuthority {
  readonly port: number;
  close(): Promise<void>;
}

export interface DialbackAuthorityOptions {
  readonly domain: string;
  /** The one key that it says is its own. */
  readonly key: string;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

const tlsNs = 'urn:ietf:params:xml:ns:xmpp-tls';

/** The server of a domain that does nothing but answer for keys (XEP-0220 §2.4), after STARTTLS; on 127.0.0.1. */
export async function openDialbackAuthority(options: DialbackAuthorityOptions): Promise<DialbackAuthority> {
  const server = createServer((socket) => {
    serve(socket, options);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return {
    port: address.port,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function serve(stream: Socket, options: DialbackAuthorityOptions): void {
  const { domain, certificate } = options;
  const isSecure = stream instanceof TLSSocket;
  const splitter = new StreamSplitter(100_000);
  const hear = (octets: Buffer) => {
    for (const piece of splitter.write(octets)) {
      if (piece.kind === 'end') stream.end('</stream:stream>');
      else if (piece.kind === 'head') stream.write(headOf(domain, isSecure));
      else {
        const element = parseElement(piece.text, scopeOf(serverNs));
        if (element.name === 'verify') stream.write(answerTo(element, options));
        if (element.name !== 'starttls') continue;
        stream.off('data', hear);
        stream.write(`<proceed xmlns='${tlsNs}'/>`);
        const secureContext = createSecureContext(certificate);
        serve(new TLSSocket(stream, { isServer: true, secureContext }), options);
      }
    }
  };
  stream.on('data', hear).on('error', () => stream.destroy());
}

function headOf(domain: string, isSecure: boolean): string {
  const names = `xmlns='${serverNs}' xmlns:stream='${streamNs}' xmlns:db='${dialbackNs}'`;
  const offer = isSecure
    ? "<dialback xmlns='urn:xmpp:features:dialback'/>"
    : `<starttls xmlns='${tlsNs}'><required/></starttls>`;
  return `<stream:stream from='${domain}' id='authority' version='1.0' ${names}><stream:features>${offer}</stream:features>`;
}

function answerTo(element: Element, { key }: DialbackAuthorityOptions): string {
  const { from = '', to = '', id = '' } = element.attributes;
  const said = textOf(element).trim();
  return `<db:verify from='${to}' to='${from}' id='${id}' type='${said === key ? 'valid' : 'invalid'}'/>`;
}
