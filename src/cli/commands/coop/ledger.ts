import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import { decimalOf } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { absolute } from './acting.ts';
import { day, number } from './amount.ts';
import { shownEntry } from './by-hand.ts';
import { writeNew } from './file.ts';
import { newFile } from './parts.ts';

const command = adminCommand<Rooms>();
const entry = { name: 'entry', summary: 'its number' };

const balance = command({
  name: ['ledger', 'balance'],
  summary: 'every account that holds something; each asset adds up to nothing',
  options: [{ name: 'on', value: 'DAY', summary: 'by entries dated until then; all where it is left out' }],
  schema: z.strictObject({ on: day().optional() }),
  async run({ coop }, { on }) {
    const rows = await coop.ledger.trialBalance(on);
    const sums = new Map<string, number>();
    for (const { asset, amount } of rows) sums.set(asset, (sums.get(asset) ?? 0) + amount);
    const lines = rows.map(({ account, asset, amount }) => [
      ...[
        account,
        asset,
        amount > 0 ? decimalOf(amount, asset) : '',
        amount < 0 ? decimalOf(-amount, asset) : '',
      ],
    ]);
    const totals = [...sums].map(([asset, sum]) => `${asset} adds up to ${decimalOf(sum, asset)}`);
    const text = [table([['account', 'asset', 'debit', 'credit'], ...lines]), ...totals].join('\n');
    return { text, json: { balances: rows, sums: Object.fromEntries(sums) } };
  },
});

const checkpoint = command({
  name: ['ledger', 'checkpoint'],
  summary:
    'sign what the ledger is now, and print it: whoever keeps it can tell later whether history was changed',
  schema: z.strictObject({}),
  async run({ coop }) {
    const signed = await coop.ledger.checkpoints.sign();
    const key = await coop.ledger.checkpoints.verifierKey();
    const text = signed === null ? 'the ledger is empty' : `${signed.note}\nverifier key: ${key}`;
    return { text, json: { checkpoint: signed, key } };
  },
});

const verify = command({
  name: ['ledger', 'verify'],
  summary: 'check the books: chain, balances, gaps, seals, signatures; what is wrong is named',
  schema: z.strictObject({}),
  async run({ coop }, _, session) {
    const told = (done: number) => session.progress({ what: 'entries', done });
    const { entries, checkpoints, faults } = await coop.ledger.verify(told);
    if (faults.length > 0) throw new StoreError('corrupt', [...faults, `${faults.length} faults`].join('\n'));
    const text = `the books are sound: ${entries} entries, ${checkpoints} checkpoints`;
    return { text, json: { ok: true, entries, checkpoints } };
  },
});

const show = command({
  name: ['ledger', 'show'],
  summary: 'an entry: its day, what it is, its postings',
  parameters: [entry],
  schema: z.strictObject({ entry: number() }),
  async run({ coop }, { entry: seq }) {
    const found = await coop.ledger.entry(seq);
    if (found === null) throw new StoreError('not-found', `there is no entry ${seq}`);
    return { text: shownEntry(found), json: found };
  },
});

const receipt = command({
  name: ['ledger', 'receipt'],
  summary: 'write what shows that an entry is in the signed ledger, for the stand-alone verifier',
  parameters: [entry, newFile],
  schema: z.strictObject({ entry: number(), file: z.string() }),
  gather: async (call) => absolute(call, ['file']),
  async run({ coop }, { entry: seq, file }) {
    // A checkpoint is signed once a day, and the entry may be of this hour.
    await coop.ledger.checkpoints.sign();
    const made = await coop.ledger.receipt(seq);
    await writeNew(file, `${JSON.stringify(made, null, 2)}\n`);
    return { text: `${file}: entry ${seq} and the way to a signed checkpoint`, json: { file, ...made } };
  },
});

const forms = ['public', 'member', 'hledger', 'csv', 'fec'] as const;

const exportCommand = command({
  name: ['ledger', 'export'],
  summary:
    'write the books out: for everybody, for a member, for a program of accounting, for the tax office',
  parameters: [
    { name: 'form', summary: 'public or member (JSON lines for bin/verify-ledger.mjs), hledger, csv or fec' },
    newFile,
  ],
  options: [
    { name: 'member', value: 'N', summary: 'whose postings are shown in clear' },
    { name: 'from', value: 'DAY', summary: 'the first day; of hledger, csv and fec' },
    { name: 'until', value: 'DAY', summary: 'the last one' },
  ],
  schema: z
    .strictObject({
      form: z.enum(forms),
      file: z.string(),
      member: number().optional(),
      from: day().optional(),
      until: day().optional(),
    })
    .refine(({ form, member }) => (form === 'member') === (member !== undefined), {
      message: '--member goes with the form member',
    }),
  gather: async (call) => absolute(call, ['file']),
  async run({ coop }, { form, file, member = 0, from, until }) {
    const days = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
    const as =
      form === 'member' ? { as: form, member } : form === 'public' ? { as: form } : { as: form, ...days };
    await writeNew(file, coop.ledger.export(as));
    return { text: `${file}: the ledger as ${form}`, json: { file, form } };
  },
});

export const ledgerCommands = [verify, balance, show, checkpoint, receipt, exportCommand];
