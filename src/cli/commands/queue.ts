import { z } from 'zod';
import { FormatError, formatDuration, StoreError } from '../../base/index.ts';
import { normaliseDomain } from '../../formats/address/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { type Change, type Listed, outboxLimits, type Selection } from '../../stores/outbox/index.ts';
import { adminCommand } from '../admin/index.ts';
import { table } from '../text.ts';

const command = adminCommand<Rooms>();
const what = {
  name: 'what',
  summary:
    '17 (a message), 17.2 (one recipient), far.example (a destination), ana@coop.example (a sender) or all',
};
const whatSchema = z.strictObject({ what: z.string() });

/** What an operator means by a word. */
function selectionOf(word: string): Selection {
  if (word === 'all') return {};
  const row = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(word);
  if (row) return { message: Number(row[1]), ...(row[2] === undefined ? {} : { n: Number(row[2]) }) };
  if (word.includes('@')) return { sender: word };
  try {
    return { domain: word.startsWith('[') ? word : normaliseDomain(word) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StoreError('invalid', `'${word}' is no message, recipient, destination or sender`);
  }
}

/** How long ago, or in how long; whole minutes from one on. */
function span(ms: number): string {
  const rest = Math.abs(ms);
  const whole = rest < 60_000 ? Math.floor(rest / 1000) * 1000 : Math.floor(rest / 60_000) * 60_000;
  return formatDuration(whole);
}

function stateOf({ recipient }: Listed, now: number): string {
  const { state, next } = recipient;
  if (state === 'held') return 'held';
  if (state === 'claimed') return 'on its way';
  return next <= now ? 'due' : `in ${span(next - now)}`;
}

function idOf({ recipient }: Listed): string {
  return `${recipient.message}.${recipient.n}`;
}

function lastOf({ recipient: { last } }: Listed): string {
  if (last === null) return '';
  return `${last.code === 0 ? '' : `${last.code} `}${last.status} ${last.text}`;
}

function lineOf(listed: Listed, now: number): string[] {
  const { message, recipient } = listed;
  return [
    idOf(listed),
    stateOf(listed, now),
    span(now - message.created),
    `<${message.sender}>`,
    `<${recipient.address}>`,
    lastOf(listed).slice(0, 60),
  ];
}

async function allOf({ outbox }: Rooms, selection: Selection, max: number): Promise<readonly Listed[]> {
  return outbox.list(selection, { max });
}

const list = command({
  name: ['queue', 'list'],
  summary: 'list what waits for other servers: number, when, age, from, to, what was last said',
  parameters: [{ ...what, optional: true }],
  options: [{ name: 'max', summary: 'at most so many; 100 where it is left out', value: 'N' }],
  schema: z.strictObject({ what: z.string().optional(), max: z.coerce.number().int().min(1).optional() }),
  async run(rooms, { what: word = 'all', max = 100 }) {
    const most = Math.min(max, outboxLimits.pageRowsMax);
    const rows = await allOf(rooms, selectionOf(word), most);
    const counts = await rooms.outbox.counts();
    const heldJobs = await rooms.collections.heldJobs();
    const now = rooms.clock.nowMs();
    const { waiting, claimed, held, unsure, destinations, unreachable } = counts;
    const summary = [
      `${waiting + claimed} to send, ${held} held, to ${destinations} destinations, ${unreachable} of them not reached`,
      ...(unsure > 0 ? [`${unsure} may have arrived already: the answer was not heard`] : []),
      ...(heldJobs > 0
        ? [`${heldJobs} invitations held since a restore, of \`all\`: release or cancel`]
        : []),
    ];
    const lines = rows.length > 0 ? [table(rows.map((row) => lineOf(row, now)))] : [];
    if (rows.length === most) lines.push(`only the first ${most} are shown`);
    return { text: [...lines, ...summary].join('\n'), json: { ...counts, heldJobs, rows: rows.map(shown) } };
  },
});

function shown({ message, recipient }: Listed): object {
  const { id, kind, sender, size, created } = message;
  const { n, address, domain, state, next, expires, attempts, unsure, last } = recipient;
  return {
    message: id,
    n,
    kind,
    sender,
    address,
    domain,
    state,
    size,
    created,
    next,
    expires,
    attempts,
    unsure,
    last,
  };
}

const show = command({
  name: ['queue', 'show'],
  summary: 'show a message that waits: its recipients, what was said of each, its header',
  parameters: [{ name: 'id', summary: 'its number, as queue list shows it' }],
  schema: z.strictObject({ id: z.string().regex(/^\d{1,15}(?:\.\d{1,9})?$/, 'a number such as 17 or 17.2') }),
  async run(rooms, { id }) {
    const rows = await allOf(rooms, selectionOf(id), outboxLimits.pageRowsMax);
    const [first] = rows;
    if (!first) throw new StoreError('not-found', `nothing waits as ${id}`);
    const { message } = first;
    const now = rooms.clock.nowMs();
    const header = (await rooms.outbox.bytes(message, 'header', headerBytesMax)).toString();
    const facts = table([
      ['message', String(message.id)],
      ['kind', message.kind],
      ['from', `<${message.sender}>`],
      ['octets', String(message.size + Buffer.byteLength(message.head))],
      ['taken', new Date(message.created).toISOString()],
    ]);
    const people = rows.map((row) => {
      const { address, attempts, expires, unsure, last } = row.recipient;
      return [
        `${idOf(row)}  <${address}>  ${stateOf(row, now)}, tried ${attempts} times, given up in ${span(expires - now)}`,
        ...(unsure > 0 ? ['    it may have arrived already: the answer was not heard'] : []),
        ...(last === null ? [] : [`    ${last.host === '' ? '' : `${last.host} said: `}${lastOf(row)}`]),
      ].join('\n');
    });
    return {
      text: [facts, '', ...people, '', header.trimEnd()].join('\n'),
      json: { rows: rows.map(shown), header },
    };
  },
});

/** Of a header; more is cut. */
const headerBytesMax = 64 * 1024;

function changing(change: Exclude<Change, 'bounce'>, summary: string, done: string) {
  return command({
    name: ['queue', change],
    summary,
    parameters: [what],
    schema: whatSchema,
    async run(rooms, { what: word }) {
      let changed = await rooms.outbox.change(selectionOf(word), change);
      if (change === 'release' && word === 'all') changed += await rooms.collections.decideHeldJobs(true);
      return { text: `${done}: ${changed}`, json: { changed } };
    },
  });
}

const cancel = command({
  name: ['queue', 'cancel'],
  summary: 'do not send it after all',
  parameters: [what],
  options: [{ name: 'notify', summary: 'tell its sender that it was not delivered' }],
  schema: z.strictObject({ what: z.string(), notify: z.boolean().optional() }),
  async run(rooms, { what: word, notify }) {
    let changed = await rooms.outbox.change(selectionOf(word), notify ? 'bounce' : 'cancel');
    // Nobody was told of these yet, so there is nobody to tell that they did not arrive.
    if (word === 'all') changed += await rooms.collections.decideHeldJobs(false);
    const text = notify ? `given up, and the sender is told: ${changed}` : `taken back: ${changed}`;
    return { text, json: { changed } };
  },
});

export const queueCommands = [
  list,
  show,
  changing('retry', 'try again now, whatever was said before', 'tried again now'),
  changing('hold', 'keep it until it is released', 'held'),
  changing('release', 'let go of what is held', 'released'),
  cancel,
];
