import { z } from 'zod';
import { roles } from '../../acts/types.ts';
import { amountOut, day, hash, moment, month } from '../schemas.ts';

/** What rooms answer, as the API shows it: what is not named here is not shown. */
const count = z.int();
const noDay = z.literal('');
export const dayOrNone = z.union([day, noDay]).meta({ description: 'A day; empty for none.' });
/** Ms since 1970 -> RFC 3339; null for 0, which is never. */
export const momentOrNone = z
  .int()
  .transform((ms) => (ms === 0 ? null : new Date(ms).toISOString()))
  .pipe(z.iso.datetime().nullable());

export const standings = [
  ...(['known', 'requested', 'admitted', 'active', 'leaving'] as const),
  ...(['left', 'refused', 'excluded', 'dead', 'cancelled'] as const),
] as const;

export const person = z.object({
  number: count,
  account: count,
  kind: z.enum(['natural', 'legal']),
  name: z.string(),
  address: z.string(),
  country: z.string(),
  birth: z.string(),
  iban: z.string(),
  holder: z.string(),
  standing: z.enum(standings),
  shares: count,
  uncalled: amountOut('Of the nominal, what was not paid up yet.'),
  queued: count,
  admission: z.string(),
  moved: dayOrNone,
  version: count,
  erased: momentOrNone,
});

export const holding = z.object({
  ...{ person: count, shares: count, votes: count },
  uncalled: amountOut(),
});

export const movement = z.object({
  seq: count,
  kind: z.string(),
  effective: day,
  recorded: moment,
  decision: z.string(),
  person: count,
  other: count,
  shares: count,
  amount: amountOut(),
  cancels: count,
  entry: count,
  hash,
});

export const application = z.object({
  ...{ id: count, person: count, shares: count },
  state: z.enum(['open', 'effective', 'refused', 'cancelled']),
  due: amountOut(),
  paid: amountOut(),
  paidOn: dayOrNone,
  decision: z.string(),
  decidedOn: dayOrNone,
  requestedOn: day,
  reference: z.string().meta({ description: 'What the payer writes (ISO 11649).' }),
});

export const redemption = z.object({
  ...{ id: count, person: count, shares: count, left: count },
  cause: z.enum(['request', 'exclusion', 'death']),
  ...{ asked: day, due: day, latest: day },
  state: z.enum(['queued', 'paid', 'withdrawn']),
});

export const call = z.object({
  ...{ id: count, person: count },
  ...{ amount: amountOut(), paid: amountOut() },
  ...{ decision: z.string(), calledOn: day, reference: z.string() },
});

export const closedMonth = z.object({
  month,
  received: amountOut(),
  credited: amountOut(),
  turnoverBefore: amountOut(),
  turnover: amountOut(),
  poolBefore: amountOut(),
  pool: amountOut('What the members share.'),
  coins: count.meta({ description: 'Those that were shared out for.' }),
  coinsLeft: count.meta({ description: 'Those that count in the next month: nothing was shared out.' }),
  members: count,
  paid: amountOut(),
  root: z.string().meta({ description: 'Of the tree of sums, hex; empty where nobody had coins.' }),
  entry: count,
  linesWaiting: count.meta({ description: 'Lines of the bank that waited for a person.' }),
  despite: z.string().meta({ description: 'Why it was closed all the same.' }),
  closed: moment,
});

export const monthShare = z.object({ month, member: count, coins: count, paid: amountOut() });

export const payProof = z.object({
  ...monthShare.shape,
  id: z.string(),
  salt: z.string(),
  steps: z.array(z.object({ side: z.enum(['left', 'right']), sum: amountOut(), hash })),
  root: z.object({ sum: amountOut(), hash }),
});

export const run = z.object({
  id: count,
  purpose: z.enum(['month', 'year', 'exit', 'refund']),
  about: z.string(),
  state: z.enum(['prepared', 'approved', 'exported', 'settled', 'cancelled', 'failed']),
  total: amountOut(),
  count,
  prepared: moment,
  preparedBy: z.string(),
  approvals: z.array(z.string()),
  approved: momentOrNone,
  exported: momentOrNone,
  file: z.string(),
  day: dayOrNone,
  hash: z.string().meta({ description: 'SHA-256 of the file; empty where there is none.' }),
  size: count,
  entry: count,
});

export const item = z.object({
  ...{ run: count, n: count, member: count, amount: amountOut() },
  ...{ name: z.string(), iban: z.string(), endToEndId: z.string() },
  ...{ settled: dayOrNone, returned: dayOrNone, reason: z.string() },
});

export const role = z.enum(roles);
export const act = z.object({
  ...{ n: count, at: moment, account: count, member: count },
  via: z.enum(['cli', 'api', 'page']),
  roles: z.array(role),
  ...{ verb: z.string(), subject: z.string(), hash },
});
