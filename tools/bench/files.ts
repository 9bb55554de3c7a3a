/**
 * `npm run bench -- files [quick] [ROW…]`: a member's files by DAV, beside Debian's apache2 with mod_dav_fs on the same disk:
 * as it is, which acknowledges before anything is on disk, and in a folder that is written at once, which is what our 201
 * means. Rounds are interleaved after one that warms, medians shown. Apache runs privately on a free port and needs root;
 * where it is missing only myco is measured. `quick`: a tenth of everything.
 */

import { startApache, startOurs, type Target } from './files/servers.ts';
import { type Answer, type Line, openLine } from './http/client.ts';
import { memoryKiB } from './imap/processes.ts';
import { shown } from './imap/table.ts';

const roundsCount = 3;
const small = Buffer.alloc(10 * 1024, 'ten kilobytes of a file ');
const mebibyte = Buffer.alloc(1024 * 1024, 'a large file ');
const propfindBody = Buffer.from(
  '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>',
);

interface Scale {
  readonly files: number;
  readonly listings: readonly number[];
  readonly moved: number;
  readonly mebibytes: number;
  readonly synced: number;
}
const whole: Scale = {
  files: 1_000,
  listings: [1_000, 10_000],
  moved: 10_000,
  mebibytes: 500,
  synced: 100_000,
};
const quick: Scale = { files: 100, listings: [100, 1_000], moved: 1_000, mebibytes: 50, synced: 10_000 };

/** One row: what is made ready once, and what is measured in each round; NaN where the target cannot. */
interface Row {
  readonly name: string;
  readonly unit: string;
  /** Of the rounds: the middle, or the most. */
  readonly shows?: 'most';
  prepare?(target: Target): Promise<void>;
  measure(target: Target, round: number): Promise<number>;
}

function head(target: Target, method: string, path: string, more = '', length = 0): string {
  return `${method} ${target.base}${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${target.authorization}\r\nContent-Length: ${length}\r\n${more}\r\n`;
}

function demand(answer: Answer, ...statuses: number[]): Answer {
  if (!statuses.includes(answer.status)) throw new Error(`answered with ${answer.status}`);
  return answer;
}

async function withLine<T>(target: Target, work: (line: Line) => Promise<T>): Promise<T> {
  const line = await openLine(target.port);
  try {
    return await work(line);
  } finally {
    line.close();
  }
}

/** Does `count` things on so many connections; how many a second. */
async function each(
  target: Target,
  connections: number,
  count: number,
  work: (line: Line, n: number) => Promise<unknown>,
): Promise<number> {
  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(target.port)));
  let next = 0;
  const from = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      while (next < count) await work(line, next++);
    }),
  );
  const seconds = (performance.now() - from) / 1000;
  for (const line of lines) line.close();
  return count / seconds;
}

const makeFolder = (target: Target, path: string) =>
  withLine(target, async (line) => void demand(await line.ask(head(target, 'MKCOL', path)), 201, 405));

const put = (target: Target, path: string) => (line: Line, n: number) =>
  line
    .ask(head(target, 'PUT', `${path}/f${n}.txt`, '', small.length), small)
    .then((answer) => demand(answer, 201, 204));

async function fill(target: Target, path: string, count: number): Promise<void> {
  await makeFolder(target, path);
  await each(target, 8, count, put(target, path));
}

async function* mebibytes(count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n++) yield mebibyte;
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};

function smallRows({ files }: Scale): Row[] {
  return [1, 8].flatMap((connections): Row[] => [
    {
      name: `PUT of ${files} × 10 KB, ${connections} connections`,
      unit: '/s',
      async measure(target, round) {
        const path = `put-${connections}-${round}`;
        await makeFolder(target, path);
        return each(target, connections, files, put(target, path));
      },
    },
    {
      name: `GET of ${files} × 10 KB, ${connections} connections`,
      unit: '/s',
      prepare: (target) => fill(target, 'get', files),
      measure: (target) =>
        each(target, connections, files, async (line, n) =>
          demand(await line.ask(head(target, 'GET', `get/f${n}.txt`)), 200),
        ),
    },
  ]);
}

/** Written at once, block by block, a large file takes minutes: that is the file system's way, and nobody's who syncs once. */
const isSlow = ({ name }: Target) => name.includes('synchronous');

function largeRows({ mebibytes: count }: Scale): Row[] {
  const bytes = count * mebibyte.length;
  return [
    {
      name: `memory while ${count} MiB are PUT, above idle`,
      unit: 'MiB',
      shows: 'most',
      async measure(target) {
        if (isSlow(target)) return Number.NaN;
        const idle = memoryKiB(target.pid);
        let most = 0;
        const watch = setInterval(() => {
          most = Math.max(most, memoryKiB(target.pid));
        }, 20);
        await withLine(target, async (line) =>
          demand(await line.ask(head(target, 'PUT', 'memory.bin', '', bytes), mebibytes(count)), 201, 204),
        );
        clearInterval(watch);
        return (most - idle) / 1024;
      },
    },
    {
      name: `PUT of one file of ${count} MiB`,
      unit: 'MiB/s',
      measure: async (target) =>
        isSlow(target)
          ? Number.NaN
          : count /
            (await seconds(() =>
              withLine(target, async (line) =>
                demand(
                  await line.ask(head(target, 'PUT', 'large.bin', '', bytes), mebibytes(count)),
                  201,
                  204,
                ),
              ),
            )),
    },
    {
      name: `GET of one file of ${count} MiB`,
      unit: 'MiB/s',
      measure: async (target) =>
        isSlow(target)
          ? Number.NaN
          : count /
            (await seconds(() =>
              withLine(target, async (line) => demand(await line.ask(head(target, 'GET', 'large.bin')), 200)),
            )),
    },
  ];
}

function folderRows({ listings, moved }: Scale): Row[] {
  const propfind = (target: Target, path: string) => (line: Line) =>
    line
      .ask(
        head(
          target,
          'PROPFIND',
          `${path}/`,
          'Depth: 1\r\nContent-Type: application/xml\r\n',
          propfindBody.length,
        ),
        propfindBody,
      )
      .then((answer) => demand(answer, 207));
  return [
    ...listings.map(
      (count): Row => ({
        name: `PROPFIND depth 1 of ${count} entries`,
        unit: '/s',
        prepare: (target) => fill(target, `list-${count}`, count),
        measure: (target) => each(target, 1, count > 5_000 ? 10 : 100, propfind(target, `list-${count}`)),
      }),
    ),
    {
      name: `MOVE of a folder of ${moved} files, there and back`,
      unit: '/s',
      prepare: (target) => fill(target, `list-${moved}`, moved),
      measure: (target) =>
        each(target, 1, 2, async (line, n) => {
          const [from, to] = n === 0 ? [`list-${moved}`, 'moved'] : ['moved', `list-${moved}`];
          const destination = `Destination: http://127.0.0.1:${target.port}${target.base}${to}/\r\nHost: 127.0.0.1:${target.port}\r\n`;
          const text = head(target, 'MOVE', `${from}/`, destination).replace('Host: 127.0.0.1\r\n', '');
          demand(await line.ask(text), 201, 204);
        }),
    },
  ];
}

function syncRow({ synced }: Scale): Row {
  const report = (token: string) =>
    Buffer.from(
      `<?xml version="1.0"?><sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`,
    );
  const ask = async (line: Line, target: Target, token: string): Promise<string> => {
    const body = report(token);
    const more = 'Content-Type: application/xml\r\nDepth: 0\r\n';
    const { text } = demand(
      await line.ask(head(target, 'REPORT', 'synced/', more, body.length), body, true),
      207,
    );
    return text;
  };
  const tokenOf = async (line: Line, target: Target): Promise<string> => {
    const body = Buffer.from(
      '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>',
    );
    const more = 'Content-Type: application/xml\r\nDepth: 0\r\n';
    const { text } = demand(
      await line.ask(head(target, 'PROPFIND', 'synced/', more, body.length), body, true),
      207,
    );
    return /sync-token>([^<]+)</.exec(text)?.[1] ?? '';
  };
  return {
    name: `sync-collection, 10 changes of ${synced}`,
    unit: '/s',
    prepare: (target) => (target.name === 'myco' ? fill(target, 'synced', synced) : Promise.resolve()),
    async measure(target) {
      if (target.name !== 'myco') return Number.NaN;
      return withLine(target, async (line) => {
        const token = await tokenOf(line, target);
        for (let n = 0; n < 10; n++) await put(target, 'synced')(line, n * 7);
        const took = await seconds(async () => {
          for (let turn = 0; turn < 20; turn++) {
            const found = (await ask(line, target, token)).match(/<(?:[a-z]+:)?response>/gi)?.length ?? 0;
            if (found !== 10) throw new Error(`${found} changes were told`);
          }
        });
        return 20 / took;
      });
    },
  };
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const most = (values: readonly number[]) => Math.max(...values);

export async function run(args: readonly string[]): Promise<void> {
  const scale = args.includes('quick') ? quick : whole;
  const wanted = args.filter((word) => word !== 'quick');
  const rows = [...smallRows(scale), ...largeRows(scale), ...folderRows(scale), syncRow(scale)].filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  const targets: Target[] = [];
  try {
    targets.push(await startOurs());
    for (const durable of [true, false]) {
      const apache = await startApache(durable);
      if (apache) targets.push(apache);
    }
    console.log(
      `| ${'row'.padEnd(46)} | unit  | ${targets.map(({ name }) => name.padStart(20)).join(' | ')} |`,
    );
    console.log(`|${'-'.repeat(48)}|-------|${targets.map(() => '---:|').join('')}`);
    for (const row of rows) {
      for (const target of targets) await row.prepare?.(target);
      const values = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
      for (let round = 0; round <= roundsCount; round++)
        for (const target of targets) {
          const value = await row.measure(target, round);
          if (round > 0) values.get(target.name)?.push(value);
        }
      const cells = targets.map(({ name }) =>
        shown((row.shows === 'most' ? most : median)(values.get(name) ?? [])).padStart(20),
      );
      console.log(`| ${row.name.padEnd(46)} | ${row.unit.padEnd(5)} | ${cells.join(' | ')} |`);
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}
