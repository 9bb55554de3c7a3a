/**
 * `npm run bench -- storage [SECONDS] [postgres://…] [--sync-ms=N]`: durable deliveries per second of 10 KB messages
 * through `mail.stage` and `mail.deliver` at 1, 20 and 100 producers, beside the disk's own rate of syncs and controls
 * that commit each message by itself. Rounds are interleaved, medians shown: the ratios count, not the numbers. With
 * `--sync-ms` every sync costs exactly that long and none reaches the disk: two machines can then be compared.
 */
import { spawnSync } from 'node:child_process';

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/base/index.ts';
import { parseMessage } from '../../src/formats/mime/index.ts';
import { modules } from '../../src/modules.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../../src/storage/index.ts';
import { createMailStore, type MailWriter } from '../../src/stores/mail/index.ts';

const messageBytes = 10 * 1024;
const roundsCount = 3;
const accountsCount = 50;

interface Stores {
  readonly dir: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly mail: MailWriter;
}

let made = 0;
/** A message like no other: equal ones would be stored once. */
function nextMessage(): Buffer {
  const number = made++;
  const head = `Return-Path: <a@example.org>\r\nReceived: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\nFrom: Ana <ana@coop.localhost>\r\nTo: bea@coop.localhost\r\nSubject: number ${number}\r\nMessage-ID: <${number}@coop.localhost>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`;
  const line = `${number.toString(36)} The quick brown fox jumps over the lazy dog, again and again.\r\n`;
  return Buffer.from(head + line.repeat(Math.ceil((messageBytes - head.length) / line.length))).subarray(
    0,
    messageBytes,
  );
}

/** The same size, but as mail mostly is: 3 KB of text, the rest an attachment. */
function nextMixed(): Buffer {
  const number = made++;
  const line = `${number.toString(36)} The quick brown fox jumps over the lazy dog, again and again.\r\n`;
  const head = `From: Ana <ana@coop.localhost>\r\nTo: bea@coop.localhost\r\nSubject: number ${number}\r\nMessage-ID: <${number}@coop.localhost>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${line.repeat(45)}--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  const lines = `${'QUJD'.repeat(19)}\r\n`.repeat(Math.floor((messageBytes - head.length - 7) / 78));
  return Buffer.from(`${head}${lines}--b--\r\n`);
}

/** Runs `work` in `producers` loops for a while; answers how often it ended per second. */
async function rate(ms: number, producers: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const from = performance.now();
  let done = 0;
  const loop = async () => {
    while (performance.now() - from < ms) {
      await work(done);
      done++;
    }
  };
  await Promise.all(Array.from({ length: producers }, loop));
  return (done * 1000) / (performance.now() - from);
}

async function syncs(dir: string, ms: number): Promise<number> {
  const file = await open(join(dir, `syncs-${made++}`), 'w');
  const bytes = nextMessage();
  try {
    return await rate(ms, 1, async () => {
      await file.write(bytes);
      await file.datasync();
    });
  } finally {
    await file.close();
  }
}

async function deliver(mail: MailWriter, number: number, message = nextMessage()): Promise<void> {
  const staged = await mail.stage(message, 1 << 20);
  await mail.deliver(1 + (number % accountsCount), 'INBOX', staged);
  mail.discard(staged.blob);
}

/** The control of the textbook: a file per message, synced and renamed, and a transaction each. */
async function deliverAsFile({ mail, dir }: Stores, number: number): Promise<void> {
  const bytes = nextMessage();
  const hash = createHash('sha256').update(bytes).digest('hex');
  const path = join(dir, 'blobs', 'files', hash.slice(0, 2), hash);
  mkdirSync(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, 'wx');
  await file.write(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
  const place = { segment: 0, offset: 0, length: bytes.length, codec: 0 };
  const blob = { hash, size: bytes.length, place };
  await mail.deliver(1 + (number % accountsCount), 'INBOX', { blob, parsed: parseMessage(bytes) });
}

/** The control without files: the message is a column of its row, one transaction each. */
async function deliverAsRow({ mail }: Stores, number: number): Promise<void> {
  const bytes = nextMessage();
  const hash = createHash('sha256').update(bytes).digest('hex');
  const blob = { hash, size: bytes.length, place: { segment: 0, offset: 0, length: bytes.length, codec: 0 } };
  const parsed = { ...parseMessage(bytes), preview: bytes.toString('latin1') };
  await mail.deliver(1 + (number % accountsCount), 'INBOX', { blob, parsed });
}

/** One at a time, whoever asks: nothing shares a commit. */
function alone(work: (n: number) => Promise<void>): (n: number) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (number) => {
    last = last.then(() => work(number));
    return last;
  };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function openStores(url: string): Promise<Stores> {
  const dir = mkdtempSync(join(process.cwd(), '.bench-'));
  const database = await openDatabase({
    modules,
    dir,
    database: url,
    workerUrl: new URL('../../src/worker.ts', import.meta.url),
  });
  const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
  const mail = createMailStore({ database, blobs, clock: systemClock, quota: null });
  for (let account = 1; account <= accountsCount; account++) await mail.provision(account);
  return { dir, database, blobs, mail };
}

async function measure(title: string, url: string, ms: number): Promise<void> {
  const stores = await openStores(url);
  const rows: readonly [name: string, work: () => Promise<number>][] = [
    ['the disk: 10 KB and a sync', () => syncs(stores.dir, ms)],
    [
      'a file and a transaction each, 20 producers',
      () =>
        rate(
          ms,
          20,
          alone((n) => deliverAsFile(stores, n)),
        ),
    ],
    [
      'in the database, a transaction each, 20 producers',
      () =>
        rate(
          ms,
          20,
          alone((n) => deliverAsRow(stores, n)),
        ),
    ],
    ['1 producer', () => rate(ms, 1, (n) => deliver(stores.mail, n))],
    ['20 producers', () => rate(ms, 20, (n) => deliver(stores.mail, n))],
    [
      '20 producers, 3 KB of text and an attachment',
      () => rate(ms, 20, (n) => deliver(stores.mail, n, nextMixed())),
    ],
    ['100 producers', () => rate(ms, 100, (n) => deliver(stores.mail, n))],
  ];
  const rates = rows.map(() => [] as number[]);
  const delays = rows.map(() => [] as number[]);
  try {
    await rate(ms / 2, 20, (n) => deliver(stores.mail, n));
    for (let round = 0; round < roundsCount; round++) {
      for (const [at, [, work]] of rows.entries()) {
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        rates[at]?.push(await work());
        delay.disable();
        delays[at]?.push(delay.percentile(99) / 1e6);
      }
    }
  } finally {
    await stores.blobs.close();
    await stores.database.close();
    rmSync(stores.dir, { recursive: true, force: true });
  }
  const each = median(rates[1] ?? []);
  console.log(
    `\n${title}: durable deliveries of 10 KB, medians of ${roundsCount} interleaved rounds of ${ms} ms`,
  );
  for (const [at, [name]] of rows.entries()) {
    const value = median(rates[at] ?? []);
    const times = at === 0 ? '' : `  ${(value / each).toFixed(1)} ×`;
    const p99 = median(delays[at] ?? []).toFixed(1);
    console.log(
      `${name.padEnd(50)} ${value.toFixed(0).padStart(7)}/s${times.padEnd(10)}  loop delay p99 ${p99} ms`,
    );
  }
  console.log(`resident: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
}

/** Runs the same again with every sync costing `ms`; needs a C compiler and a system that knows LD_PRELOAD. */
function withSlowSync(ms: number, args: readonly string[]): void {
  const dir = mkdtempSync(join(tmpdir(), 'slow-sync-'));
  try {
    const library = join(dir, 'slow-sync.so');
    const source = new URL('./slow-sync.c', import.meta.url).pathname;
    const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source], { stdio: 'inherit' });
    if (built.status !== 0) throw new Error('--sync-ms needs a C compiler (cc)');
    console.log(`every sync costs ${ms} ms`);
    const main = new URL('./main.ts', import.meta.url).pathname;
    spawnSync(process.execPath, [main, 'storage', ...args], {
      stdio: 'inherit',
      env: { ...process.env, LD_PRELOAD: library, SYNC_NS: String(Math.round(ms * 1e6)) },
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function run(args: readonly string[]): Promise<void> {
  const syncMs = args.find((arg) => arg.startsWith('--sync-ms='));
  if (syncMs) {
    const others = args.filter((arg) => arg !== syncMs);
    return withSlowSync(Number(syncMs.slice('--sync-ms='.length)), others);
  }
  const seconds = Number(args.find((arg) => /^[\d.]+$/.test(arg)) ?? 1.5);
  await measure('SQLite', 'sqlite', seconds * 1000);
  const url = args.find((arg) => arg.startsWith('postgres'));
  if (url) await measure('PostgreSQL', url, seconds * 1000);
  else console.log('\nPostgreSQL: not measured; name an empty database as postgres://user@host/name');
}
