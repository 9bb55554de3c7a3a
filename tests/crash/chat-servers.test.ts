import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import {
  describeEngines,
  memoryResolver,
  openTestChat,
  openTestDns,
  temporaryFolder,
  testAuthority,
  XmppActor,
} from '../../src/testing/index.ts';
import {
  type ChatServerOthers,
  chatServerDomain,
  chatServerPassword,
  openChatStores,
} from '../harness/chat-server.ts';

/** 50 with `npm run crash`, fewer in CI, a few in a normal run; every other one while the other server is away. */
const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 6 : 2));
const ackedPerRoundMin = 30;

const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

/** A server that members of ours write to. */
async function elsewhere(folder: string) {
  const authority = testAuthority({ nowMs: systemClock.nowMs() });
  const dns = await openTestDns();
  cleanings.push(() => dns.close());
  const chat = await openTestChat({
    domain: 'b.test',
    federation: { resolver: memoryResolver({}), authority },
  });
  cleanings.push(() => chat.close());
  const bea = await chat.addMember('bea');
  dns.set('_xmpp-server._tcp.b.test', { srv: [[1, 1, chat.serverPort, 'host.test']] });
  const issued = authority.issue([chatServerDomain]);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const others: ChatServerOthers = {
    dnsPort: dns.port,
    cert: file('chain.pem', issued.chain),
    key: file('key.pem', issued.key),
    authority: file('authority.pem', authority.certificate),
  };
  /** How often each message stands in the archive of bea. */
  const arrived = async () => {
    const found = new Map<string, number>();
    for await (const rows of chat.store.archive.all({ kind: 'account', owner: bea }))
      for (const { messageId } of rows) found.set(messageId ?? '', (found.get(messageId ?? '') ?? 0) + 1);
    return found;
  };
  // Nobody listens at the other address.
  const reachable = (isIt: boolean) => dns.set('host.test', { a: [isIt ? '127.0.0.1' : '127.0.0.2'] });
  return { others, arrived, reachable };
}

interface Running {
  readonly port: number;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

async function start(dir: string, url: string, others: ChatServerOthers): Promise<Running> {
  const file = new URL('../harness/chat-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, dir, url, '1', JSON.stringify(others)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  cleanings.push(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    gone.then(() => Promise.reject(new Error(`the server ended by itself: ${errors}`))),
  ]);
  return {
    port: (JSON.parse(line) as { readonly tcp: number }).tcp,
    async end(signal) {
      if (child.exitCode !== null) throw new Error(`the server ended by itself: ${errors}`);
      child.kill(signal);
      await gone;
    },
  };
}

/** Writes to bea until the connection ends; tells what was acknowledged (XEP-0198 §4). */
async function write(actor: XmppActor, round: number, acked: (id: string) => void): Promise<void> {
  const waiting: string[] = [];
  let handled = 0;
  for (let n = 0; ; n++) {
    const id = `r${round}-${n}`;
    waiting.push(id);
    await actor.send(`<message to='bea@b.test' type='chat' id='${id}'><body>${id}</body></message>`);
    if (n % 3 !== 0) continue;
    await actor.send(`<r xmlns='urn:xmpp:sm:3'/>`);
    const { attributes } = await actor.find(({ name }) => name === 'a');
    const more = Number(attributes.h) - handled;
    handled += more;
    for (const one of waiting.splice(0, more)) acked(one);
  }
}

async function killed(running: Running, round: number, all: string[]): Promise<void> {
  const actor = new XmppActor({
    ...{ transport: 'tcp', port: running.port, domain: chatServerDomain, startTls: false, acksByHand: true },
  });
  await actor.login({ username: 'm0', password: chatServerPassword, resource: 'phone' });
  await actor.enableAcks();
  const enough = Promise.withResolvers<void>();
  let count = 0;
  const writing = write(actor, round, (id) => {
    all.push(id);
    if (++count >= ackedPerRoundMin) enough.resolve();
  }).catch(() => actor.cut());
  await Promise.race([enough.promise, writing]);
  await running.end('SIGKILL');
  await writing;
  expect(count).toBeGreaterThanOrEqual(ackedPerRoundMin);
}

describeEngines('SIGKILL while members write to another server', (engine) => {
  test(`${rounds} rounds: what was acknowledged arrives there`, {
    timeout: 120_000 + rounds * 40_000,
  }, async () => {
    const folder = temporaryFolder();
    const [dir, url] = [join(folder, 'data'), await engine.database()];
    const { others, arrived, reachable } = await elsewhere(folder);
    const all: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      reachable(round % 2 === 0);
      await killed(await start(dir, url, others), round, all);
    }
    reachable(true);
    const last = await start(dir, url, others);
    const missing = async () => {
      const found = await arrived();
      return all.filter((id) => !found.has(id));
    };
    await expect.poll(missing, { timeout: 60_000, interval: 200 }).toEqual([]);
    await last.end('SIGTERM');
    const { store, database, close } = await openChatStores(dir, url);
    const left = await store.registrations.queue.total();
    await close();
    await store.close();
    await database.close();
    const found = await arrived();
    // Without what the process had in memory the stream is not resumed: of what was not confirmed some may come again.
    const doubled = [...found.values()].filter((times) => times > 1).length;
    process.stderr.write(
      `${engine.name}: ${all.length} acknowledged, ${doubled} came twice, ${left.rows} wait\n`,
    );
    expect(doubled).toBeLessThan(found.size);
  });
});
