import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modules } from '../../src/modules.ts';
import { openLocalBlobs, verifyAll } from '../../src/storage/index.ts';
import { describeEngines, temporaryFolder, XmppActor } from '../../src/testing/index.ts';
import { chatServerDomain, chatServerPassword, openChatStores } from '../harness/chat-server.ts';

/** 50 with `npm run crash`, fewer in CI, a few in a normal run. */
const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 12 : 4));
const members = 4;
const messagesPerRoundMin = 40;

interface Acked {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Sends to one other after the other; what the server has acknowledged (XEP-0198 §4) is written down outside of its data. */
async function converse(
  actor: XmppActor,
  from: number,
  round: number,
  acked: (one: Acked) => void,
): Promise<void> {
  const waiting: Acked[] = [];
  let handled = 0;
  for (let n = 0; ; n++) {
    const to = (from + 1 + (n % (members - 1))) % members;
    const id = `r${round}-m${from}-${n}`;
    waiting.push({ id, from, to });
    await actor.send(
      `<message to='m${to}@${chatServerDomain}' type='chat' id='${id}'><body>${id}</body></message>`,
    );
    if (n % 3 !== 0) continue;
    await actor.send(`<r xmlns='urn:xmpp:sm:3'/>`);
    const { attributes } = await actor.find(({ name }) => name === 'a');
    const more = Number(attributes.h) - handled;
    handled += more;
    for (const one of waiting.splice(0, more)) acked(one);
  }
}

async function killed(
  dir: string,
  url: string,
  round: number,
  journal: (one: Acked) => void,
): Promise<number> {
  const file = new URL('../harness/chat-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, dir, url, String(members)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    gone.then(() => Promise.reject(new Error(`the server ended by itself: ${errors}`))),
  ]);
  const ports = JSON.parse(line) as { readonly tcp: number; readonly websocket: number };
  let count = 0;
  const enough = Promise.withResolvers<void>();
  const conversations: Promise<void>[] = [];
  for (let n = 0; n < members; n++) {
    const transport = n % 2 === 0 ? 'tcp' : 'websocket';
    const actor = new XmppActor({
      ...{ transport, port: ports[transport], domain: chatServerDomain, startTls: false, acksByHand: true },
    });
    await actor.login({ username: `m${n}`, password: chatServerPassword, resource: 'phone' });
    await actor.enableAcks();
    await actor.send('<presence/>');
    const acked = (one: Acked) => {
      journal(one);
      if (++count >= messagesPerRoundMin) enough.resolve();
    };
    // It ends with the connection.
    conversations.push(converse(actor, n, round, acked).catch(() => actor.cut()));
  }
  await Promise.race([enough.promise, gone]);
  // Somewhere in the middle of the next ones.
  await new Promise((resolve) => setTimeout(resolve, (round * 37) % 200));
  if (child.exitCode !== null) throw new Error(`the server ended by itself: ${errors}`);
  child.kill('SIGKILL');
  await gone;
  await Promise.all(conversations);
  return count;
}

/** Of each member, how often each message stands in the archive. */
async function archived(store: Awaited<ReturnType<typeof openChatStores>>['store'], account: number) {
  const found = new Map<string, number>();
  for await (const rows of store.archive.all({ kind: 'account', owner: account })) {
    for (const { messageId } of rows) found.set(messageId ?? '', (found.get(messageId ?? '') ?? 0) + 1);
  }
  return found;
}

describeEngines('SIGKILL while members write to each other', (engine) => {
  const count = engine.name === 'sqlite' ? rounds : Math.ceil(rounds / 4);
  test(`${count} rounds: what was acknowledged stands in the archives of both, once`, {
    timeout: 60_000 + count * 40_000,
  }, async () => {
    const folder = temporaryFolder();
    const dir = join(folder, 'data');
    const url = await engine.database();
    const journal = openSync(join(folder, 'journal'), 'a');
    const all: Acked[] = [];
    for (let round = 1; round <= count; round++) {
      await killed(dir, url, round, (one) => void writeSync(journal, `${JSON.stringify(one)}\n`));
      const lines = readFileSync(join(folder, 'journal'), 'utf8').trimEnd().split('\n');
      all.splice(0, all.length, ...lines.map((line) => JSON.parse(line) as Acked));
      const { store, accounts, database, close } = await openChatStores(dir, url);
      const archives: Awaited<ReturnType<typeof archived>>[] = [];
      for (let n = 0; n < members; n++) {
        const member = await accounts.byAddress(`m${n}@${chatServerDomain}`);
        archives.push(await archived(store, member?.id ?? 0));
      }
      const lost = all.filter(
        ({ id, from, to }) => archives[from]?.get(id) !== 1 || archives[to]?.get(id) !== 1,
      );
      const doubled = archives.flatMap((found) => [...found].filter(([, times]) => times > 1));
      // Of what was not acknowledged, either both have it or nobody.
      const half = archives.flatMap((found, n) =>
        [...found.keys()].filter((id) => {
          const at = archives.filter((other, m) => m !== n && other.has(id));
          return at.length !== 1;
        }),
      );
      const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
      const faults = await verifyAll({ database, blobs, modules } as never);
      await close();
      await store.close();
      await blobs.close();
      await database.close();
      expect({ round, lost, doubled, half, faults }).toEqual({
        round,
        lost: [],
        doubled: [],
        half: [],
        faults: [],
      });
    }
    closeSync(journal);
    expect(all.length).toBeGreaterThanOrEqual(count * messagesPerRoundMin);
    process.stderr.write(`${engine.name}: ${all.length} messages acknowledged in ${count} rounds\n`);
  });
});
