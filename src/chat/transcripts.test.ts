import { chatPassword, openTestChat, xmppTranscripts } from '../testing/index.ts';

// `set chat.registration: open` and its like at the head of a transcript.
xmppTranscripts(new URL('./transcripts/', import.meta.url), {
  async open({ settings }) {
    const registration = settings['chat.registration'];
    const isKnown = registration === 'open' || registration === 'closed' || registration === 'invite';
    const chat = await openTestChat({ settings: isKnown ? { registration } : {} });
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
