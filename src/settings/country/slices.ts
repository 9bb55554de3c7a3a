import { z } from 'zod';
import { text, whole } from '../scalars.ts';
import { capitals, dated, decimal, minor, part, signedDecimal, timeZone, word, yearDay } from './scalars.ts';

const about = (description: string) => ({ description });
const restart = (description: string) => ({ description, reload: 'restart' });

const coop = z
  .strictObject({
    country: capitals(2, 'FR').meta(about('ISO 3166; EU for a European co-operative.')),
    legal_form: word().meta(about('What the co-op is in law.')),
    currency: capitals(3, 'EUR').meta(about('ISO 4217: the asset of everything but coins.')),
    tz: timeZone().meta(about('Whose days and months count.')),
    fiscal_year_end: yearDay().meta(about('The last day of the fiscal year.')),
  })
  .meta(restart('The country and the legal form.'));

const redemption = z.strictObject({
  max_delay_months: whole(0, 600).meta(about('How long a share that is given back may wait for its money.')),
  queue: z.enum(['fifo']).meta(about('Who is paid first: who asked first.')),
  deduct_losses: z.boolean().meta(about('Whether the part of an uncovered loss is taken off.')),
  notice_months: whole(0, 120).meta(about('Between the request and the day on which it takes effect.')),
  at: z
    .enum(['any', 'fiscal_year_end', 'first_half'])
    .meta(about('When it takes effect; first_half: asked for in the first six months, at the end of them.')),
});

const shares = z
  .strictObject({
    nominal_minor: whole(1, 10 ** 9).meta(about('The nominal of a share, in minor units.')),
    max_per_member: whole(1, 10 ** 9).meta(about('Shares that one member may hold.')),
    min_to_be_member: whole(1, 10 ** 6).meta(about('Shares that a member holds at least.')),
    paid_at_once: part()
      .prefault({ num: 1, den: 1 })
      .meta(about('Of the nominal, what is paid with the subscription; the rest is called later.')),
    capital_floor: z
      .strictObject({
        rule: z.enum(['none', 'fraction_of_highest']).meta(about('What capital may not go below.')),
        num: whole(0, 1_000_000).optional(),
        den: whole(1, 1_000_000).optional(),
      })
      .meta(about('Of the highest capital there ever was.')),
    redemption: redemption.meta(about('How shares are given back.')),
  })
  .meta(restart('Shares of the capital.'));

const known = () =>
  z
    .array(z.enum(['address', 'country', 'birth']))
    .max(3)
    .prefault([]);
const register = z
  .strictObject({
    natural: known().meta(about('Of a natural person.')),
    legal: known().meta(about('Of a legal person; they have no day of birth.')),
  })
  .meta(
    restart('What is known of somebody, beside their name, before they ask for shares or are given any.'),
  );

const majority = z.strictObject({
  ...part().shape,
  strict: z.boolean().meta(about('More than that part, rather than that part.')),
  base: z.enum(['expressed', 'present', 'members']),
});
const assemblyKind = z.strictObject({
  quorum: z.array(part()).min(1).max(5).meta(about('At the first call, at the second one …')),
  majority,
});

const assembly = z
  .strictObject({
    notice_clear_days: whole(0, 365),
    agm_deadline_months: whole(1, 24).meta(about('After the end of the fiscal year.')),
    ordinary: assemblyKind,
    extraordinary: assemblyKind,
    proxies_per_person: whole(0, 1000),
    secret_ballot_required_for: z.array(word()).max(20),
  })
  .meta(restart('General assemblies.'));

const voting = z
  .strictObject({
    base: z.enum(['one_member_one_vote']),
    plural_max: whole(1, 100).meta(about('Votes that statutes may give one member.')),
    colleges: z.array(z.strictObject({ name: text(100), weight: part() })).max(20),
  })
  .meta(restart('Who has how many votes.'));

const allocation = z
  .array(
    z.strictObject({
      to: word().meta(
        about('legal_reserve, statutory_reserve, mutual_fund …, or share_interest at the end.'),
      ),
      num: whole(0, 1_000_000).optional(),
      den: whole(1, 1_000_000).optional(),
      of: z.enum(['result', 'remainder']).prefault('remainder'),
      round: z.enum(['up', 'down', 'half-up']).prefault('up'),
      until: z.enum(['reserves_ge_capital']).optional().meta(about('When it takes nothing more.')),
      cap: z.enum(['tmo_plus', 'published_rate', 'fixed_rate', 'none']).optional(),
    }),
  )
  .min(1)
  .max(20)
  .meta(restart('Where a surplus goes, in this order.'));

const points = () => whole(0, 10_000).meta(about('Added to the rate, in hundredths of a percent.'));
const published = () =>
  text(300).optional().meta(about('Where it is published: the words of who misses one.'));
const semester = z.string().regex(/^\d{4}S[12]$/, { error: 'expected a half year such as 2025S1' });

const caps = {
  tmo_plus: z
    .strictObject({
      points_bp: points(),
      years: whole(1, 10).meta(about('Civil years of which the mean is taken.')),
      published: published(),
      semesters: z.record(semester, signedDecimal()).meta(about('Percent of each half year, as published.')),
    })
    .optional()
    .meta(restart('A mean of published rates and some points.')),
  published_rate: z
    .strictObject({ points_bp: points(), published: published(), rates: dated({ percent: decimal() }) })
    .optional()
    .meta(restart('The published rate in force at the end of the fiscal year, and some points.')),
  fixed_rate: z
    .strictObject({ percent: decimal() })
    .optional()
    .meta(restart('The same percent in every year.')),
};

const slip = z.strictObject({
  form: text(60).meta(about('What the tax office calls it.')),
  due: yearDay().meta(about('In the year after.')),
});
const tax = z
  .strictObject({
    share_interest: dated({ income: decimal(), social: decimal() }).meta(about('Percent kept back, by day.')),
    slip,
  })
  .meta(restart('Taxes on interest on shares.'));

const vat = dated({ percent: decimal() }).meta(
  restart('VAT of what is sold, by day; none: it must be given.'),
);

const label = () => text(60);
const invoice = z
  .strictObject({
    language: word().meta(about('In which its words are: fr, de …')),
    words: z
      .strictObject({
        ...{ invoice: label(), credit: label(), of: label(), date: label(), due: label(), customer: label() },
        ...{ vat_number: label(), what: label(), quantity: label(), price: label(), amount: label() },
        ...{ net: label(), vat: label(), gross: label(), pay: label(), reference: label() },
      })
      .meta(about('What its parts are called.')),
    reverse: text(200).meta(about('Said where the customer owes the VAT.')),
    outside: text(200).meta(about('Said where no VAT of the country is owed.')),
    mentions: z
      .array(text(400))
      .max(10)
      .meta(about('What the law wants to be said: discounts, what late payment costs.')),
  })
  .meta(restart('What invoices say.'));

const mycoin = z
  .strictObject({
    member_share_bp: whole(0, 10_000).meta(
      about("The members' part of what surveys bring, in hundredths of a percent."),
    ),
    min_payout_minor: minor().meta(about('Below it, pay waits until there is more.')),
    booking: z.enum(['expense_service']),
    withholding: z.enum(['none']),
  })
  .meta(restart('The pay of each month.'));

const approvals = z
  .strictObject({
    persons: whole(2, 20).meta(about('Who approve a payment; who prepared it counts once at most.')),
    match_alone_max_minor: minor().meta(
      about('What one person may match by hand; above it a second one confirms.'),
    ),
    payee_change_days: whole(1, 365).meta(
      about(
        'Days for which a new bank account of a member, told by somebody else, waits for a second person.',
      ),
    ),
  })
  .meta(restart('How many persons a payment takes.'));

const surveys = z
  .strictObject({
    k_cell: whole(1, 1000),
    min_release_n: whole(1, 100_000),
    free_text: z.enum(['off', 'on']),
    windows: z.strictObject({
      ticket_h: whole(1, 10_000),
      delay_h: whole(0, 10_000),
      deposit_days: whole(1, 365),
    }),
  })
  .meta(restart('Paid surveys.'));
const pots = z
  .strictObject({ public_allowed: z.boolean(), requires: word(), custody: z.enum(['none']) })
  .meta(restart('Money pots.'));
const notice = () => text(200).nullable();
const legalNotices = z
  .strictObject({ dga_notified: notice(), dpia: notice(), ifp: notice() })
  .meta(restart('Declarations made; null: the pages say that there is none.'));

/** Kinds of the chart of accounts; each has a number and a name in every country. */
export const accountKinds = [
  ...['bank', 'clearing', 'transit', 'capital', 'uncalled', 'deposit', 'member', 'interest', 'redemption'],
  ...['coins', 'mycoin', 'pool', 'customer', 'vat', 'income', 'expense', 'result', 'reserve', 'levy'],
] as const;
const planned = z.strictObject({
  number: scalarNumber(),
  label: text(100),
});
const plan = z
  .strictObject(Object.fromEntries(accountKinds.map((kind) => [kind, planned])))
  .meta(restart("Number and name in the country's chart of accounts, by kind."));

function scalarNumber() {
  return z
    .string({ error: 'expected digits in quotes, such as "512000"' })
    .regex(/^\d{1,12}$/, { error: 'expected digits in quotes, such as "512000"' });
}

const article = text(200).meta(about('Where it is written.'));
const law = z
  .strictObject({
    share_nominal: z.strictObject({ min_minor: minor(), max_minor: minor(), article }).optional(),
    holding: z.strictObject({ max_minor: minor(), article }).optional(),
    capital_min: z.strictObject({ minor: minor(), article }).optional(),
    capital_floor: z.strictObject({ ...part().shape, article }).optional(),
    redemption: z
      .strictObject({ max_delay_months: whole(0, 600), min_notice_months: whole(0, 120), article })
      .optional(),
    share_interest: z
      .strictObject({ max_percent: decimal().optional(), max_points_bp: points().optional(), article })
      .optional(),
    reserves: z
      .array(z.strictObject({ to: word(), ...part().shape, article }))
      .max(20)
      .optional(),
    members: z.strictObject({ min: whole(1, 1000), article }).optional(),
    votes_per_member: z.strictObject({ max: whole(1, 100), article }).optional(),
  })
  .meta(restart('What no statute may leave, with the article.'));

/** Every key of a country's file, in the order of the files. */
export const countrySlices = () => ({
  ...{ coop, shares, register, voting, assembly, allocation, ...caps, tax, vat, invoice, mycoin, approvals },
  ...{ surveys, pots, legal_notices: legalNotices, plan, law },
});
