import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:tls';
import { expect } from 'vitest';
import { systemClock } from '../base/index.ts';
import type { Conversations } from '../stores/conversations/index.ts';
import {
  chatPassword,
  memoryCards,
  memoryResolver,
  openDialbackAuthority,
  openTestChat,
  type ScramClient,
  scramClient,
  type TestChat,
  testAuthority,
  type XmppFixture,
  xmppTranscripts,
} from '../testing/index.ts';
import { type MakeService, Notices, type UploadParts, uploadService } from './index.ts';

// `set chat.registration: open` and its like at the head of a transcript.
xmppTranscripts(new URL('./transcripts/', import.meta.url), {
  async open({ settings }) {
    const registration = settings['chat.registration'];
    const isKnown = registration === 'open' || registration === 'closed' || registration === 'invite';
    const turn = turnOf(settings['chat.turn']);
    const others = settings['chat.federation'] === 'open' ? otherServers() : null;
    const chat = await openTestChat({
      ...(others === null ? {} : { federation: others.federation }),
      cards: memoryCards(),
      settings: { ...(isKnown ? { registration } : {}), ...turn },
      services: (store) => uploadsOf(store, settings['chat.uploads']),
    });
    const notices = new Notices({
      ...{ chat: () => chat.server.chat, language: 'en' },
      most: { noticeQuietMs: 10, noticeEveryMs: 10 },
    });
    const isEncrypted = settings['chat.doors'] === 'tls';
    return {
      domain: chat.domain,
      ports: isEncrypted
        ? { tcp: chat.ports.tls, tls: chat.ports.direct }
        : { tcp: chat.ports.plain, websocket: chat.ports.ws },
      ...(isEncrypted ? { authority: chat.authority } : {}),
      ...(others === null
        ? {}
        : {
            authority: others.federation.authority.certificate,
            ports: { tcp: chat.ports.plain, server: chat.serverPort },
            certificate: others.certificate,
          }),
      async addMember(local) {
        await chat.addMember(local);
        return chatPassword;
      },
      fixtures: {
        ...proofs(chat),
        ...others?.fixtures,
        // `- settled`: what follows from what was said is done.
        async settled() {
          await chat.server.chat.commits.settled();
          return {};
        },
        // `- administrator carol`: an account that may administer.
        async administrator([local = '']) {
          const known = await chat.accounts.byName(local);
          if (known === null) await chat.addMember(local, { admin: true });
          else await chat.admin.changeMember(known.id, { admin: true });
          return {};
        },
        // `- invitation romeo`: to an account of that name; its token is `{token}`.
        async invitation([local = '']) {
          const wish = {
            kind: 'account',
            creator: 0,
            local,
            groups: [],
            rooms: [],
            label: '',
            uses: 1,
          } as const;
          const expiresMs = Date.now() + 3_600_000;
          const { token } = await chat.store.registrations.invites.create({ ...wish, expiresMs });
          return { token };
        },
        // `- long 17000`: so many octets of text are `{long}`.
        async long([octets = '']) {
          return { long: 'x'.repeat(Number(octets)) };
        },
        // `- mail romeo Potatoes Onions`: mails of that subject came to romeo, together.
        async mail([local = '', ...subjects]) {
          const member = await chat.accounts.byName(local);
          for (const subject of subjects)
            notices.tell(member?.id ?? 0, { kind: 'mail', from: 'Bo <bo@far.example>', subject });
          return {};
        },
        // `- friends romeo juliet`: each hears when the other is there.
        async friends([one = '', other = '']) {
          await chat.befriend(one, other);
          return {};
        },
      },
      async close() {
        notices.stop();
        await chat.close();
        await others?.close();
      },
    };
  },
});

/** Other servers: an authority that signs what they present, and those that answer for keys (XEP-0220). */
function otherServers() {
  const authority = testAuthority({ nowMs: systemClock.nowMs() });
  const resolver = memoryResolver();
  const closing: (() => Promise<void>)[] = [];
  const certificate = (name: string) => {
    const { chain, key } = authority.issue([name]);
    return { cert: chain, key };
  };
  const fixtures: Readonly<Record<string, XmppFixture>> = {
    // `- authority mantua.example key`: the server of that domain, which says that the key is its own.
    async authority([domain = '', key = '']) {
      const there = await openDialbackAuthority({ domain, key, certificate: certificate(domain) });
      closing.push(() => there.close());
      const srv = [{ priority: 1, weight: 1, port: there.port, target: domain }];
      resolver.set(`_xmpp-server._tcp.${domain}`, { srv });
      resolver.set(domain, { a: ['127.0.0.1'] });
      return {};
    },
  };
  const close = async () => void (await Promise.all(closing.map((end) => end())));
  return { federation: { resolver, authority }, certificate, fixtures, close };
}

const base64 = (octets: Buffer | string) => Buffer.from(octets).toString('base64');

/** What clients compute: of what a server says, and of the password of members. */
function proofs(chat: TestChat): Readonly<Record<string, XmppFixture>> {
  let scram: ScramClient | null = null;
  return {
    // `- token-proof romeo {token}`: XEP-0484 with HT-SHA-256-NONE; `{proof}` is sent, `{known}` shows that the server knows it.
    async 'token-proof'([local = '', token = '']) {
      const mac = (side: string) => createHmac('sha256', token).update(side).digest();
      const proof = Buffer.concat([Buffer.from(`${local}\0`), mac('Initiator')]);
      return { proof: base64(proof), known: base64(mac('Responder')) };
    },
    // `- scram romeo n,,`: begins SCRAM-SHA-256 with `{first}`; with the certificate's hash where the header asks for that.
    async scram([username = '', gs2Header = 'n,,']) {
      const isBound = gs2Header.startsWith('p=tls-server-end-point');
      const binding = isBound ? { binding: await certificateHash(chat) } : {};
      const said = {
        digest: 'sha256',
        username,
        password: chatPassword,
        nonce: 'rOprNGfwEbeRWgbNEkqO',
      } as const;
      scram = scramClient({ ...said, gs2Header, ...binding });
      return { first: base64(scram.first) };
    },
    // `- scram-answer {challenge}`: `{final}` is sent, `{verifier}` comes; `{offer-hash}`: what was offered (XEP-0474 §5.1).
    async 'scram-answer'([challenge = '']) {
      const serverFirst = Buffer.from(challenge, 'base64').toString();
      const final = scram?.final(serverFirst) ?? '';
      const hash = /,h=([^,]+)/.exec(serverFirst)?.[1] ?? '';
      return { final: base64(final), verifier: base64(scram?.verifier ?? ''), 'offer-hash': hash };
    },
    // `- hash-offer SCRAM-SHA-1,PLAIN tls-exporter`: `{read-hash}`, by a client that has read that.
    async 'hash-offer'(lists) {
      const joined = lists.map((list) => list.split(',').toSorted().join('\x1e')).join('\x1f');
      return { 'read-hash': createHash('sha256').update(joined).digest('base64') };
    },
    // `- forge {challenge} {hash}`: `{forged-challenge}`, with that hash in the place of the server's.
    async forge([challenge = '', hash = '']) {
      const said = Buffer.from(challenge, 'base64').toString();
      return { 'forged-challenge': base64(said.replace(/,h=[^,]+/, `,h=${hash}`)) };
    },
    async same([one = '', other]) {
      expect(one).toBe(other);
      return {};
    },
    async different([one = '', other]) {
      expect(one).not.toBe(other);
      return {};
    },
  };
}

/** RFC 5929 §4, as a client sees it. */
function certificateHash(chat: TestChat): Promise<Buffer> {
  const there = { host: '127.0.0.1', port: chat.ports.direct, servername: chat.domain, ca: chat.authority };
  return new Promise((resolve, reject) => {
    const socket = connect(there, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(createHash('sha256').update(raw).digest());
    });
    socket.once('error', reject);
  });
}

/** `turn.example 3478 5349`: host, port, port for TLS. */
function turnOf(text: string | undefined) {
  const [host, port, tlsPort] = (text ?? '').split(' ');
  if (!host) return {};
  const ports = { port: Number(port), tlsPort: tlsPort === undefined ? null : Number(tlsPort) };
  return { turn: { host, ...ports, secret: 'one-secret-for-the-two', ttl: 3_600_000 } };
}

/** `1000 400`: bytes of the largest file, and those that a member has left. */
function uploadsOf({ registrations }: Conversations, text: string | undefined): readonly MakeService[] {
  const [largest, left] = (text ?? '').split(' ').map(Number);
  if (!largest || left === undefined) return [];
  const parts: UploadParts = {
    fileBytesMax: () => largest,
    room: async () => left,
    open: (account, slot) => registrations.uploads.open(account, slot),
    address: (token, name) => `https://verona.example/upload/${token}/${name}`,
  };
  return [(chat, domain) => uploadService(chat, domain, parts)];
}
