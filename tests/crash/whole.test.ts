import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { makeFolder, openSink, removeFolder, type Sink } from '../../src/testing/index.ts';
import { eventually, type Myco, member, openImap, openSmtp, startMyco, stopAll } from '../harness/index.ts';

/** `MYCO_CRASH_MESSAGES=10000`: as many as one likes; a normal run takes a few. */
const messagesCount = Number(process.env.MYCO_CRASH_MESSAGES ?? (process.env.CI === 'true' ? 400 : 60));
/** A process is killed so long after the first message that it took. */
const workMs = 200;
const members = ['ana', 'bea', 'cem'];
const senders = { smtp: 6, submission: 6 } as const;
/** Connections of the queue to the relay, and so the most answers that one kill can cut. */
const connections = 4;

afterAll(stopAll);

/** What was sent, by Message-ID: to whom, and whether 250 was heard. */
interface Sent {
  readonly to: readonly string[];
  accepted: boolean;
}

class Traffic {
  readonly sent = new Map<string, Sent>();
  accepted = 0;
  #next = 0;
  #first: () => void = () => undefined;

  /** Talks until the process is gone; resolves with the first message that was accepted. */
  begin(myco: Myco): { first: Promise<void>; over: Promise<unknown> } {
    const first = new Promise<void>((resolve) => {
      this.#first = resolve;
    });
    const sessions: Promise<void>[] = [];
    for (let n = 0; n < senders.smtp; n++) sessions.push(this.#stranger(myco));
    for (let n = 0; n < senders.submission; n++) sessions.push(this.#member(myco));
    return { first, over: Promise.all(sessions.map((session) => session.catch(() => undefined))) };
  }

  async #stranger(myco: Myco): Promise<void> {
    const client = await openSmtp(myco);
    while (await this.#one(client, 'x@elsewhere.example', ['ana', 'bea'].map(member)));
    await client.close();
  }

  async #member(myco: Myco): Promise<void> {
    const client = await openSmtp(myco, 'submission');
    await client.authenticate('ana');
    while (await this.#one(client, member('ana'), [member('cem'), 'd@far.example', 'e@away.example']));
    await client.close();
  }

  async #one(client: Awaited<ReturnType<typeof openSmtp>>, from: string, to: string[]): Promise<boolean> {
    const id = `m${this.#next++}`;
    const sent: Sent = { to, accepted: false };
    this.sent.set(id, sent);
    for (const line of [`MAIL FROM:<${from}>`, ...to.map((one) => `RCPT TO:<${one}>`), 'DATA']) {
      const { code, text } = await client.ask(line);
      if (code === 0 || code === 421) return false;
      if (code >= 400) throw new Error(`${line} was answered with ${text}`);
    }
    const message = `From: <${from}>\r\nMessage-ID: <${id}@crash.example>\r\nSubject: ${id}\r\n\r\n${'lorem ipsum '.repeat(40)}\r\n`;
    await client.socket.send(`${message}.\r\n`);
    const { code } = await client.reply();
    if (code !== 250) return false;
    sent.accepted = true;
    this.accepted++;
    this.#first();
    return true;
  }
}

const idIn = (header: string) => /^Message-ID: <(m\d+)@crash\.example>/im.exec(header)?.[1];

/** How often each recipient has each message: mailboxes here, the relay for the others. */
async function arrivals(myco: Myco, sink: Sink): Promise<Map<string, number>> {
  const counted = new Map<string, number>();
  const count = (id: string | undefined, to: string) => {
    if (id !== undefined) counted.set(`${id} ${to}`, (counted.get(`${id} ${to}`) ?? 0) + 1);
  };
  for (const name of members) {
    const imap = await openImap(myco, name);
    await imap.command('EXAMINE INBOX');
    const { lines } = await imap.command('FETCH 1:* BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]');
    for (const line of lines) count(idIn(line.replace(/^.*\r\n/, '')), member(name));
    await imap.close();
  }
  for (const { to, content } of sink.messages)
    for (const path of to) count(idIn(content), path.slice(1, path.indexOf('>')));
  return counted;
}

test(`killed every ${workMs} ms while ${messagesCount} messages are taken, delivered and sent on`, {
  timeout: 180_000 + messagesCount * 1_000,
}, async () => {
  const folder = makeFolder();
  const sink = await openSink();
  const settings = {
    auth: '{ plaintext: allow }',
    log: '{ level: warn, format: json }',
    mail: `{ relay: 'smtp://127.0.0.1:${sink.port}', queue: { memberPerHour: null, memberPerDay: null, connectionsPerDestination: ${connections / 2} } }`,
  };
  await (await startMyco({ folder, settings, members })).stop();
  const traffic = new Traffic();
  let kills = 0;
  let recovered = 0;
  const recoveredIn = (myco: Myco) => {
    for (const line of myco.logged().split('\n'))
      if (line.includes('may have been sent')) recovered += Number(/"count":(\d+)/.exec(line)?.[1] ?? 0);
  };
  while (traffic.accepted < messagesCount) {
    const myco = await startMyco({ folder, settings });
    const { first, over } = traffic.begin(myco);
    await Promise.race([first, over]);
    await pause(workMs);
    await myco.kill();
    await over;
    recoveredIn(myco);
    kills++;
  }

  // The last one is not killed: it sends what is left, also what it cannot know of.
  const myco = await startMyco({ folder, settings });
  await eventually(
    'an empty queue',
    async () => {
      const { said } = await myco.cli(['queue', 'list']);
      return /^0 to send, 0 held/m.test(said) ? true : undefined;
    },
    120_000,
  );
  recoveredIn(myco);
  const there = await arrivals(myco, sink);
  await myco.stop();
  const { code, said } = await myco.cli(['verify']);
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });

  const lost: string[] = [];
  const doubled = { here: [] as string[], elsewhere: 0 };
  for (const [id, { to, accepted }] of traffic.sent) {
    for (const one of to) {
      const times = there.get(`${id} ${one}`) ?? 0;
      if (accepted && times === 0) lost.push(`${id} ${one}`);
      if (times > 1 && one.endsWith('@coop.test')) doubled.here.push(`${id} ${one}`);
      else if (times > 1) doubled.elsewhere++;
    }
  }
  expect(lost).toEqual([]);
  // A mailbox has it once: its row and our 250 are one commit.
  expect(doubled.here).toEqual([]);
  // The relay may have it twice where a kill cut its answer: one of each connection. What was sent again says how many may be.
  expect(doubled.elsewhere).toBeLessThanOrEqual(kills * connections);
  expect(doubled.elsewhere).toBeLessThanOrEqual(recovered);
  process.stderr.write(
    `${traffic.accepted} messages accepted, ${kills} kills, ${recovered} recipients claimed when it happened and sent again, ${doubled.elsewhere} of them had it already\n`,
  );
  await sink.close();
  removeFolder(folder);
});
