/**
 * A client that costs as little as it can: for measuring servers. It reads no XML, it looks for ends of stanzas; it speaks to any
 * server that takes PLAIN in clear on this machine.
 */
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

export interface LoadDoor {
  readonly transport: 'tcp' | 'websocket';
  readonly port: number;
  readonly domain: string;
  /** Default /xmpp-websocket. */
  readonly path?: string;
}

export interface LoadClient {
  readonly jid: string;
  send(stanza: string): void;
  /** Called with how many messages have just come. */
  onMessages(heard: (count: number) => void): void;
  close(): void;
}

interface Wire {
  send(text: string): void;
  open(): void;
  close(): void;
}

const tcpHead = (domain: string) =>
  `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

function openTcp({ port, domain }: LoadDoor, hear: (text: string) => void): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.setEncoding('latin1').on('data', hear).once('error', reject);
    socket.once('connect', () =>
      resolve({
        send: (text) => void socket.write(text),
        open: () => void socket.write(tcpHead(domain)),
        close: () => void socket.destroy(),
      }),
    );
  });
}

function openWebSocket(
  { port, domain, path = '/xmpp-websocket' }: LoadDoor,
  hear: (text: string) => void,
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, ['xmpp'], { perMessageDeflate: false });
    socket.on('message', (data: Buffer) => hear(data.toString('latin1'))).once('error', reject);
    const declared = (text: string) =>
      text.replace(/^<(message|presence|iq)(?=[ >/])/, "<$1 xmlns='jabber:client'");
    socket.once('open', () =>
      resolve({
        send: (text) => socket.send(declared(text)),
        open: () =>
          socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0'/>`),
        close: () => socket.terminate(),
      }),
    );
  });
}

/** Signs in, binds a resource, is available. Throws an Error with what came instead. */
export async function openLoadClient(
  door: LoadDoor,
  username: string,
  password: string,
): Promise<LoadClient> {
  let unread = '';
  let wanted: { readonly pattern: RegExp; readonly found: () => void } | null = null;
  let heard: ((count: number) => void) | null = null;
  const hear = (text: string) => {
    unread += text;
    if (heard !== null) {
      let count = 0;
      let from = 0;
      for (let at = unread.indexOf('</message>'); at >= 0; at = unread.indexOf('</message>', from)) {
        count++;
        from = at + 10;
      }
      unread = unread.slice(Math.max(from, unread.length - 9));
      if (count > 0) heard(count);
    } else if (wanted?.pattern.test(unread)) {
      const { found } = wanted;
      wanted = null;
      found();
    }
  };
  const wire = await (door.transport === 'tcp' ? openTcp : openWebSocket)(door, hear);
  const wait = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`waited for ${pattern}, came: ${unread}`)), 20_000);
      const found = () => {
        clearTimeout(late);
        const text = unread;
        unread = '';
        resolve(text);
      };
      if (pattern.test(unread)) found();
      else wanted = { pattern, found };
    });
  const features = /<\/(?:stream:)?features>/;
  wire.open();
  await wait(features);
  const plain = Buffer.from(`\0${username}\0${password}`).toString('base64');
  wire.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
  await wait(/<success/);
  wire.open();
  await wait(features);
  wire.send(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
  const jid = /<jid>([^<]+)</.exec(await wait(/<\/iq>/))?.[1];
  if (jid === undefined) throw new Error(`nothing was bound for ${username}`);
  wire.send('<presence/>');
  wire.send(`<iq type='get' id='r' to='${door.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  await wait(/id=['"]r['"]/);
  return {
    jid,
    send: wire.send,
    onMessages(listener) {
      unread = '';
      heard = listener;
    },
    close: wire.close,
  };
}
