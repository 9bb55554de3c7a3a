import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loginXmpp, type XmppActor } from '../../src/testing/index.ts';
import { says } from '../harness/chat-member.ts';
import { openPage, type Page } from '../harness/chromium.ts';
import { domain, type Myco, member, password, startMyco, stopAll, withTools } from '../harness/index.ts';

const dist = fileURLToPath(new URL('../../node_modules/converse.js/dist/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  ...{ '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml' },
  '.wasm': 'application/wasm',
};
const html = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/converse.min.css">
<body class="converse-fullscreen"><script type="module">import '/converse.js';</script>`;

/** Converse's own build, as any web server would give it. */
async function serveConverse(): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = join(dist, pathname);
    if (pathname === '/') response.setHeader('content-type', 'text/html').end(html);
    else if (!file.startsWith(dist) || !existsSync(file)) response.writeHead(404).end();
    else response.setHeader('content-type', types[extname(file)] ?? 'image/png').end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** SHA-256 of the public key of the server, whose authority Chromium does not know. */
async function keyOf({ port, authority }: { port: number; authority: string }): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority, servername: `mail.${domain}` });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  socket.destroy();
  return createHash('sha256')
    .update(key ?? '')
    .digest('base64');
}

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`;

withTools('Converse.js in Chromium', ['chromium'], () => {
  let myco: Myco;
  let files: Server;
  let bea: XmppActor;
  let page: Page;

  /** A browser that is new to it; Ana is signed in where the page says so. */
  async function browse(): Promise<Page> {
    const address = files.address();
    if (typeof address !== 'object' || address === null) throw new Error('no files are served');
    const port = myco.port('https');
    const opened = await openPage({
      url: `http://127.0.0.1:${address.port}/`,
      hosts: `MAP mail.${domain}:443 127.0.0.1:${port}`,
      trusts: await keyOf({ port, authority: myco.authority }),
    });
    await opened.until('Converse', 'window.converse?.initialize');
    const settings = {
      ...{ view_mode: 'fullscreen', authentication: 'login', auto_login: true, assets_path: '/', i18n: 'en' },
      ...{ jid: member('ana'), password, whitelisted_plugins: ['look'], muc_domain: `rooms.${domain}` },
      ...{ discover_connection_methods: false, websocket_url: `wss://mail.${domain}/xmpp-websocket` },
      ...{ play_sounds: false, show_desktop_notifications: false, loglevel: 'error' },
    };
    await opened.evaluate(`void (converse.plugins.add('look', { initialize() { window.look = this._converse; } }),
      converse.initialize(${JSON.stringify(settings)}))`);
    await opened.until('a connection', 'window.look?.api.connection.connected()');
    return opened;
  }

  const write = async (text: string) => {
    await page.until('where one writes', 'document.querySelector("textarea.chat-textarea")');
    await page.evaluate('document.querySelector("textarea.chat-textarea").focus()');
    await page.type(text);
    await page.press('Enter');
  };
  const openChat = () =>
    page.evaluate(`look.api.chats.open(${JSON.stringify(member('bea'))}, {}, true).then(() => 1)`);

  beforeAll(async () => {
    myco = await startMyco({ members: ['ana', 'bea'] });
    files = await serveConverse();
    const tls = { ca: myco.authority, servername: domain };
    const door = { transport: 'tcp', port: myco.port('xmpp'), domain, tls } as const;
    bea = await loginXmpp({ ...door, username: 'bea', password });
    await bea.send('<presence/>');
    page = await browse();
  });
  afterAll(async () => {
    await page?.close();
    bea?.cut();
    files?.close();
    await stopAll();
  });

  test('signs in over wss, writes and is written to', async () => {
    await openChat();
    await write('grüezi from a browser 🌱');
    const heard = await bea.find(says('grüezi from a browser 🌱'));
    expect(heard.attributes.from).toMatch(`${member('ana')}/converse.js-`);
    await bea.send(
      `<message to='${member('ana')}' type='chat' id='x1'><body>and to you, browser</body></message>`,
    );
    await page.until('the answer', shows('and to you, browser'));
  });

  test('makes a room and talks in it', async () => {
    const room = `browsers@rooms.${domain}`;
    await page.evaluate(`look.api.rooms.open('${room}', { nick: 'Ana' }, true).then(() => 1)`);
    await page.until('the room', shows('A new groupchat has been created'));
    await page.evaluate(`look.api.rooms.get('${room}').then((it) => it.sendConfiguration([])).then(() => 1)`);
    await bea.send(`<presence to='${room}/Bea'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    // It says of two who come soon after each other that they have.
    await page.until('who came in', '/Bea ha(?:s|ve) entered/.test(document.body.innerText)');
    await bea.send(`<message to='${room}' type='groupchat' id='r1'><body>is there water?</body></message>`);
    await page.until('what was said', shows('is there water?'));
    await write('there is');
    await bea.find(says('there is'));
  });

  test('in a browser that is new to it, shows what was said before', async () => {
    await page.close();
    page = await browse();
    await openChat();
    await page.until('what was said', shows('grüezi from a browser 🌱'));
    await page.until('what was answered', shows('and to you, browser'));
  });

  test("shows the picture that somebody's account has", async () => {
    const [data, metadata] = ['urn:xmpp:avatar:data', 'urn:xmpp:avatar:metadata'];
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const hash = createHash('sha1').update(picture).digest('hex');
    const publish = (node: string, payload: string) =>
      bea.ask(
        'set',
        `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'><item id='${hash}'>${payload}</item></publish></pubsub>`,
      );
    await publish(data, `<data xmlns='${data}'>${picture.toString('base64')}</data>`);
    await publish(
      metadata,
      `<metadata xmlns='${metadata}'><info id='${hash}' bytes='${picture.length}' type='image/png'/></metadata>`,
    );
    const shown = await page.evaluate<string>(
      `look.api.vcard.get(${JSON.stringify(member('bea'))}, true).then((card) => String(card.image ?? ''))`,
    );
    expect(shown.replace(/\s/g, '')).toContain(picture.toString('base64'));
  });
});
