/**
 * `npm run bench -- smtp [MESSAGES] [in|out]`: 5 KB messages sent by `smtp-source`, beside Debian's postfix delivering to
 * dovecot by LMTP into Maildirs on the same disk. Rounds are interleaved, medians shown.
 * - in: from acceptance to a mailbox where they are visible, to ten members, in 1, 10, 100 and 1,000 sessions.
 * - out: to an address that leads elsewhere, until postfix's `smtp-sink` has them, in 10 sessions.
 * The reference runs privately on free ports and needs root; where it is missing only myco is measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { freePort, member } from '../../tests/harness/index.ts';
import { away, members, startTargets, type Target } from './smtp/servers.ts';
import { type Sink, startSink } from './smtp/sink.ts';

const messageBytes = 5_120;
const roundsCount = 3;
const sender = 'ana@elsewhere.example';
const pollMs = 5;
const roundMsMax = 300_000;
/** One session waits for each fsync: it needs fewer messages for its answer. */
const oneSessionMessagesMax = 300;
const outSessions = 10;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function send(port: number, sessions: number, count: number, to: string): Promise<void> {
  const options = ['-s', sessions, '-m', count, '-l', messageBytes, '-f', sender, '-t', to, '-d'];
  const child: ChildProcess = spawn('smtp-source', [...options.map(String), `inet:127.0.0.1:${port}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`smtp-source ended with ${code}`)),
    );
  });
}

/** Messages a second, until every one has arrived; and until every one was acknowledged. */
type Rates = readonly [arrived: number, acknowledged: number];

async function measure(
  name: string,
  count: number,
  sendAll: () => Promise<unknown>,
  arrived: () => Promise<number> | number,
): Promise<Rates> {
  const goal = (await arrived()) + count;
  const from = performance.now();
  await sendAll();
  const acknowledged = performance.now() - from;
  while ((await arrived()) < goal) {
    if (performance.now() - from > roundMsMax) throw new Error(`${name}: messages are missing`);
    await pause(pollMs);
  }
  const perSecond = (ms: number) => (count * 1000) / ms;
  return [perSecond(performance.now() - from), perSecond(acknowledged)];
}

function roundIn(target: Target, sessions: number, messages: number): Promise<Rates> {
  const senders = Math.min(sessions, members.length);
  const each = Math.ceil(messages / senders);
  const sendAll = () =>
    Promise.all(
      members.slice(0, senders).map((name) => send(target.port, sessions / senders, each, member(name))),
    );
  return measure(target.name, each * senders, sendAll, () => target.visible());
}

function roundOut(target: Target, sink: Sink, messages: number): Promise<Rates> {
  const sendAll = () => send(target.port, outSessions, messages, away);
  return measure(target.name, messages, sendAll, () => sink.taken());
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

function report(title: string, results: ReadonlyMap<string, readonly Rates[]>): void {
  console.log(title);
  for (const [key, rounds] of results) {
    const [arrived, acknowledged] = [median(rounds.map((r) => r[0])), median(rounds.map((r) => r[1]))];
    console.log(
      `${key.padEnd(34)} ${arrived.toFixed(0).padStart(6)}/s arrived  ${acknowledged.toFixed(0).padStart(6)}/s acknowledged`,
    );
  }
}

export async function run(args: readonly string[]): Promise<void> {
  const messages = Number(args.find((word) => /^\d+$/.test(word)) ?? 2_000);
  const [wantsIn, wantsOut] = [!args.includes('out'), !args.includes('in')];
  const sink = await startSink(await freePort());
  const targets = await startTargets(sink.port);
  const [inward, outward] = [new Map<string, Rates[]>(), new Map<string, Rates[]>()];
  const keep = (results: Map<string, Rates[]>, key: string, rates: Rates) =>
    results.set(key, [...(results.get(key) ?? []), rates]);
  try {
    for (const target of targets) await roundIn(target, 20, messages / 4);
    for (let turn = 0; turn < roundsCount; turn++) {
      for (const sessions of wantsIn ? [1, 10, 100, 1_000] : []) {
        const count = sessions === 1 ? Math.min(messages, oneSessionMessagesMax) : messages;
        for (const target of targets)
          keep(inward, `${target.name}, ${sessions} sessions`, await roundIn(target, sessions, count));
      }
      for (const target of wantsOut ? targets : [])
        keep(outward, `${target.name}, ${outSessions} sessions`, await roundOut(target, sink, messages));
    }
  } finally {
    for (const target of targets) await target.stop();
    sink.stop();
  }
  const how = `5 KB messages, medians of ${roundsCount} interleaved rounds of ${messages}`;
  if (wantsIn) report(`acceptance to mailbox, ${how}`, inward);
  if (wantsOut) report(`acceptance to another server, ${how}`, outward);
}
