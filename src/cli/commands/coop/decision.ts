import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type Decision, decisionKinds } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { absolute, actingCommand } from './acting.ts';
import { day } from './amount.ts';
import { fileRefusal } from './file.ts';

const command = adminCommand<Rooms>();
const reference = { name: 'reference', summary: 'how the minutes call it, such as agm-2026:7' };
const minutes = (summary: string) => ({ name: 'minutes', value: 'FILE', summary });

/** SHA-256 of a file, hex. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw fileRefusal(file, error);
  }
  return hash.digest('hex');
}

const add = actingCommand({
  name: ['coop', 'decision', 'add'],
  summary: 'write down what was decided; movements and the year refer to it. It stays as it is',
  parameters: [reference],
  options: [
    { name: 'kind', value: 'KIND', summary: `${decisionKinds.join(', ')}; who decided, and on what` },
    { name: 'on', value: 'DAY', summary: 'the day of the decision; today where it is left out' },
    { name: 'title', value: 'TEXT', summary: 'what it is about, in a few words and without a name' },
    minutes('the minutes: their SHA-256 is kept, not the file; of an assembly they are needed'),
  ],
  schema: z.strictObject({
    ...{ reference: z.string(), kind: z.enum(decisionKinds), on: day().optional(), title: z.string() },
    minutes: z.string().optional(),
  }),
  paths: ['minutes'],
  privilege: 'decision.record',
  async run({ coop, actor, key }, { minutes: file, on = coop.today(), ...rest }) {
    const document = file === undefined ? '' : await hashOf(file);
    const decided = await coop.acts.decide(actor, { ...rest, on, document, key });
    return { text: shown(decided), json: decided };
  },
});

function shown({ reference: called, kind, on, title, document, act }: Decision): string {
  const rows = [
    ...[
      ['decision', called],
      ['kind', kind],
      ['day', on],
      ['about', title],
    ],
    ['minutes', document === '' ? 'none' : `SHA-256 ${document}`],
    ['recorded by act', String(act)],
  ];
  return table(rows);
}

const list = command({
  name: ['coop', 'decision', 'list'],
  summary: 'what was decided, in the order in which it was written down',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all: Decision[] = [];
    for await (const page of coop.acts.decisions()) all.push(...page);
    const rows = all.map(({ on, kind, reference: called, title }) => [on, kind, called, title]);
    return { text: table(rows), json: all };
  },
});

const show = command({
  name: ['coop', 'decision', 'show'],
  summary: 'a decision, and whether a file is the minutes that it was recorded with',
  parameters: [reference],
  options: [minutes('judged: ends with 1 where it is another document')],
  schema: z.strictObject({ reference: z.string(), minutes: z.string().optional() }),
  gather: async (call) => absolute(call, ['minutes']),
  async run({ coop }, { reference: wanted, minutes: file }) {
    const decided = await coop.acts.decision(wanted);
    if (file === undefined) return { text: shown(decided), json: decided };
    const isSame = (await hashOf(file)) === decided.document;
    const verdict = isSame ? `${file} is the document` : `${file} is another document`;
    const text = [shown(decided), verdict].join('\n');
    return { text, json: { ...decided, isSame }, status: isSame ? 0 : 1 };
  },
});

export const decisionCommands = [add, list, show];
