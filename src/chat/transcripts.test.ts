import { chatPassword, openTestChat, xmppTranscripts } from '../testing/index.ts';

// `set chat.registration: open` and its like at the head of a transcript.
xmppTranscripts(new URL('./transcripts/', import.meta.url), {
  async open({ settings }) {
    const registration = settings['chat.registration'];
    const isKnown = registration === 'open' || registration === 'closed' || registration === 'invite';
    const turn = turnOf(settings['chat.turn']);
    const chat = await openTestChat({ settings: { ...(isKnown ? { registration } : {}), ...turn } });
    return {
      domain: chat.domain,
      ports: { tcp: chat.ports.plain, websocket: chat.ports.ws },
      async addMember(local) {
        await chat.addMember(local);
        return chatPassword;
      },
      fixtures: {
        // `- administrator carol`: an account that may administer.
        async administrator([local = '']) {
          await chat.addMember(local, { admin: true });
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
