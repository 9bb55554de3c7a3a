/**
 * A client that costs as little as it can: for measuring servers. It reads no XML, it looks for ends of stanzas; it speaks to any
 * server that takes PLAIN on this machine, whatever certificate it shows.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';

export interface LoadDoor {
  /** `tls`: TLS from the first byte; `wss`: WebSocket over TLS. */
  readonly transport: 'tcp' | 'tls' | 'starttls' | 'websocket' | 'wss';
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

const tcpWire = (socket: Socket, domain: string): Wire => ({
  send: (text) => void socket.write(text),
  open: () => void socket.write(tcpHead(domain)),
  close: () => void socket.destroy(),
});

/** Over a socket that is there, or to a port. */
function secured(
  to: { readonly socket: Socket } | { readonly port: number },
  domain: string,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ ...to, host: '127.0.0.1', servername: domain, rejectUnauthorized: false });
    socket.once('error', reject).once('secureConnect', () => resolve(socket));
  });
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject).once('connect', () => resolve(socket));
  });
}

/** RFC 6120 §5.4: resolves when the server goes on with TLS. */
async function proceeded(socket: Socket, domain: string): Promise<Socket> {
  let said = '';
  const heard = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const hear = (data: Buffer) => {
        said += data.toString('latin1');
        if (!pattern.test(said)) return;
        socket.off('data', hear);
        resolve();
      };
      socket.on('data', hear).once('close', () => reject(new Error(`no TLS: ${said}`)));
    });
  socket.write(tcpHead(domain));
  await heard(/<\/(?:stream:)?features>/);
  socket.write(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
  await heard(/<proceed/);
  return secured({ socket }, domain);
}

async function openTcp({ transport, port, domain }: LoadDoor, hear: (text: string) => void): Promise<Wire> {
  const socket = await (transport === 'tls'
    ? secured({ port }, domain)
    : transport === 'starttls'
      ? proceeded(await connected(port), domain)
      : connected(port));
  socket.setEncoding('latin1').on('data', hear);
  return tcpWire(socket, domain);
}

function openWebSocket(
  { transport, port, domain, path = '/xmpp-websocket' }: LoadDoor,
  hear: (text: string) => void,
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const scheme = transport === 'wss' ? 'wss' : 'ws';
    const options = { perMessageDeflate: false, rejectUnauthorized: false, servername: domain };
    const socket = new WebSocket(`${scheme}://127.0.0.1:${port}${path}`, ['xmpp'], options);
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

const wireOf = (door: LoadDoor, hear: (text: string) => void): Promise<Wire> =>
  (door.transport === 'websocket' || door.transport === 'wss' ? openWebSocket : openTcp)(door, hear);

/** A connection to who only echoes, which has said and heard as much as one that signs in. */
export async function openBareClient(door: LoadDoor): Promise<Pick<LoadClient, 'close'>> {
  let heard = () => {};
  const wire = await wireOf(door, () => heard());
  for (const length of [150, 100, 150, 120, 10, 80]) {
    const echoed = new Promise<void>((resolve) => {
      heard = resolve;
    });
    wire.send('x'.repeat(length));
    await echoed;
  }
  return wire;
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
  const wire = await wireOf(door, hear);
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
