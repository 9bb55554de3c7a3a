import type { Conversations } from '../stores/conversations/index.ts';
import { chatPassword, memoryCards, openTestChat, xmppTranscripts } from '../testing/index.ts';
import { type MakeService, type UploadParts, uploadService } from './index.ts';

// `set chat.registration: open` and its like at the head of a transcript.
xmppTranscripts(new URL('./transcripts/', import.meta.url), {
  async open({ settings }) {
    const registration = settings['chat.registration'];
    const isKnown = registration === 'open' || registration === 'closed' || registration === 'invite';
    const turn = turnOf(settings['chat.turn']);
    const chat = await openTestChat({
      cards: memoryCards(),
      settings: { ...(isKnown ? { registration } : {}), ...turn },
      services: (store) => uploadsOf(store, settings['chat.uploads']),
    });
    return {
      domain: chat.domain,
      ports: { tcp: chat.ports.plain, websocket: chat.ports.ws },
      async addMember(local) {
        await chat.addMember(local);
        return chatPassword;
      },
      fixtures: {
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
        // `- friends romeo juliet`: each hears when the other is there.
        async friends([one = '', other = '']) {
          await chat.befriend(one, other);
          return {};
        },
      },
      close: () => chat.close(),
    };
  },
});

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
