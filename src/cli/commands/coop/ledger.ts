import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import { coopModule } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { verifyModules } from '../../../storage/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { shownAmount } from './amount.ts';

const command = adminCommand<Rooms>();

const balance = command({
  name: ['ledger', 'balance'],
  summary: 'every account that holds something; each asset adds up to nothing',
  schema: z.strictObject({}),
  async run({ coop }) {
    const rows = await coop.ledger.trialBalance();
    const sums = new Map<string, number>();
    for (const { asset, amount } of rows) sums.set(asset, (sums.get(asset) ?? 0) + amount);
    const shown = (amount: number, asset: string) => (asset === 'MYC' ? String(amount) : shownAmount(amount));
    const lines = rows.map(({ account, asset, amount }) => [
      ...[account, asset, amount > 0 ? shown(amount, asset) : '', amount < 0 ? shown(-amount, asset) : ''],
    ]);
    const totals = [...sums].map(([asset, sum]) => `${asset} adds up to ${shown(sum, asset)}`);
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
  summary: 'check the books: chain, balances, gaps, movements, checkpoints; what is wrong is named',
  schema: z.strictObject({}),
  async run({ database, coop }) {
    const faults = await verifyModules({ database, modules: [coopModule] });
    if (faults.length > 0) throw new StoreError('corrupt', [...faults, `${faults.length} faults`].join('\n'));
    const last = await coop.ledger.checkpoints.last();
    const signed =
      last === null ? 'no checkpoint was signed yet' : `${last.size} entries are under a checkpoint`;
    return { text: `the books are sound; ${signed}`, json: { ok: true, checkpoint: last?.size ?? 0 } };
  },
});

export const ledgerCommands = [verify, balance, checkpoint];
