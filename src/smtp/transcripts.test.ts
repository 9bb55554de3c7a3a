import { openTestSmtp, type TestDoor, transcripts } from '../testing/index.ts';

const doors: readonly TestDoor[] = ['smtp', 'submission', 'submissions', 'lmtp'];

transcripts(new URL('./transcripts/', import.meta.url), async () => {
  const smtp = await openTestSmtp({ settings: { messageBytesMax: 100_000 } });
  return {
    async connect(kind) {
      const door = doors.find((known) => known === kind);
      if (!door) throw new Error(`there is no door '${kind}'`);
      return smtp.connect(door);
    },
    fixtures: {
      async holds([name = '', count = ''], body) {
        const account = Object.entries(smtp.members).find(([member]) => member === name)?.[1];
        if (account === undefined) throw new Error(`there is no member '${name}'`);
        const messages = await smtp.messages(account);
        if (messages.length !== Number(count)) throw new Error(`${name} has ${messages.length} messages`);
        const last = messages.at(-1) ?? '';
        if (body && !last.endsWith(body.toString('latin1'))) throw new Error(`${name} got ${last}`);
        return undefined;
      },
    },
    close: () => smtp.close(),
  };
});
