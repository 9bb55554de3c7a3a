import { z } from 'zod';
import { decisionKinds, roles } from '../../acts/types.ts';
import { partyKinds, type Tax, taxes } from '../../parties/types.ts';
import { amountOut, assetName, day, hash, moment, month, year } from '../schemas.ts';

/** What rooms answer, as the API shows it: what is not named here is not shown. */
const count = z.int();
const noDay = z.literal('');
export const dayOrNone = z.union([day, noDay]).meta({ description: 'A day; empty for none.' });
const dayOrNull = z
  .string()
  .transform((text) => (text === '' ? null : text))
  .pipe(day.nullable());
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
  ibanChanged: momentOrNone,
  waiting: count.meta({
    description: 'The change of where they are paid that waits for a second person; 0: none.',
  }),
  version: count,
  erased: momentOrNone,
});

export const payeeChange = z.object({
  ...{ id: count, person: count },
  ...{ iban: z.string(), holder: z.string(), account: count },
  ...{ ibanBefore: z.string(), holderBefore: z.string(), accountBefore: count },
  state: z.enum(['waiting', 'done', 'refused', 'replaced', 'dropped']),
  by: count.meta({ description: 'The account that asked for it.' }),
  second: count.meta({ description: 'The account that decided; 0 where nobody did, or need.' }),
  ...{ asked: moment, decided: momentOrNone },
  until: day.meta({ description: 'The last day on which it may be confirmed.' }),
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
  ibansChanged: count.meta({ description: 'Transfers that go to another IBAN than was paid last.' }),
  toThemselves: amountOut('Of the total, what goes to who prepared or approved it.'),
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
  ibanChanged: dayOrNull.meta({
    description: 'Since when their IBAN is another one than was paid last; null where it is the same.',
  }),
  ...{ settled: dayOrNone, returned: dayOrNone, reason: z.string() },
});

/** An entry of the ledger with one person's postings alone. */
export const ownEntry = z.object({
  ...{ seq: count, date: day, kind: z.string(), memo: z.string(), hash, sealed: moment },
  postings: z.array(
    z.object({ account: z.string(), asset: assetName, amount: amountOut('Debit is positive.') }),
  ),
});

const proof = z.array(hash).meta({ description: 'The way to the root, nearest first (RFC 6962).' });
const note = z.string().meta({ description: 'The signed checkpoint (C2SP tlog-checkpoint).' });
export const receipt = z.object({ seq: count, hash, proof, note });
export const checkpoint = z.object({ size: count, root: hash, at: moment, note });
export const consistency = z.object({ older: count, newer: count, proof, note });

/** Exports, as they are streamed. */
export const jsonLines = { media: 'application/jsonl' } as const;
export const pdf = { media: 'application/pdf' } as const;
export const zip = { media: 'application/zip' } as const;
export const csv = { media: 'text/csv; charset=utf-8' } as const;
export const plain = { media: 'text/plain; charset=utf-8' } as const;

const levied = z.array(z.object({ to: z.string(), amount: amountOut() }));
export const memberInterest = z.object({
  ...{ year, member: count, weight: count },
  ...{ gross: amountOut(), levied, net: amountOut() },
});

export const yearFigures = z.object({
  ...{ year, from: day, until: day.meta({ description: 'The day after its last.' }) },
  ...{ result: amountOut('Below 0 a loss.'), covered: amountOut(), allocated: levied },
  ...{ distributable: amountOut(), capital: amountOut('Paid up at its end.') },
  interestMost: amountOut('The most that interest on shares may be.'),
});
export const closedYear = z.object({
  ...yearFigures.shape,
  ...{ interest: amountOut('Gross.'), levied, net: amountOut(), members: count, free: amountOut() },
  ...{ decision: z.string(), day, linesWaiting: count, despite: z.string(), closed: moment },
});

export const certificateCode = z
  .string()
  .regex(/^[a-z2-7]{24}$/)
  .meta({ examples: ['abcdefghijklmnopqrstuvwx'] });

/** A certificate is hashed as it was issued: its amounts are the numbers that the code is made of. */
export const certificate = z.object({
  ...{ kind: z.string(), coop: z.string(), issuer: z.string(), currency: assetName },
  ...{ member: count, holder: z.string(), day, shares: count },
  ...{ uncalled: z.int(), nominal: z.int() },
  movement: z.object({
    ...{ seq: count, kind: z.string(), effective: day, recorded: count, decision: z.string(), shares: count },
    ...{ amount: z.int(), cancels: count, person: hash, other: hash.nullable() },
    ...{ before: z.union([hash, z.literal('')]), hash },
  }),
  entry: z.object({ seq: count, memo: z.string(), hash }),
  log: z.object({ size: count, note, proof }),
  code: certificateCode,
});

export const consent = z.object({
  ...{ id: count, purpose: z.string(), text: hash, version: z.string() },
  ...{ given: moment, withdrawn: momentOrNone },
});

export const decided = z.object({
  ...{ act: count, reference: z.string(), kind: z.enum(decisionKinds), on: day, title: z.string() },
  document: z.union([hash, z.literal('')]).meta({ description: 'SHA-256 of the minutes; empty for none.' }),
});

const side = z.object({
  ...{ name: z.string(), address: z.array(z.string()), registration: z.string(), vatNumber: z.string() },
});
export const taxKinds = Object.keys(taxes) as [Tax, ...Tax[]];
export const sponsor = z.object({
  ...{ id: count, kind: z.enum(partyKinds), name: z.string(), address: z.array(z.string()) },
  ...{ country: z.string(), vatNumber: z.string(), tax: z.enum(taxKinds) },
});
export const invoice = z.object({
  ...{ id: count, number: z.string(), party: count, sold: z.enum(['surveys', 'other']) },
  of: count.meta({ description: 'The invoice that a note takes back; 0 for an invoice.' }),
  ...{ date: day, due: day, currency: assetName },
  lines: z.array(z.object({ text: z.string(), quantity: count, price: amountOut('Of one, without VAT.') })),
  rate: z.string().meta({ description: 'Percent of VAT.' }),
  ...{ tax: z.enum(taxKinds), net: amountOut(), vat: amountOut(), gross: amountOut() },
  ...{ credited: amountOut('With VAT.'), creditedNet: amountOut(), received: amountOut() },
  ...{ reference: z.string().meta({ description: 'What is paid under.' }), seller: side, buyer: side },
});

export const role = z.enum(roles);
export const act = z.object({
  ...{ n: count, at: moment, account: count, member: count },
  via: z.enum(['cli', 'api', 'page']),
  roles: z.array(role),
  ...{ verb: z.string(), subject: z.string(), hash },
});
