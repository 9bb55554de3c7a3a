import { type Finding, type Rule, rule, type Values } from '../define.ts';
import type { countrySlices } from './slices.ts';

type Country = Values<ReturnType<typeof countrySlices>>;
interface Part {
  readonly num: number;
  readonly den: number;
}

const make = rule<Country>();
const finding = (path: Finding['path'], message: string): Finding => ({ path, message });
const less = (a: Part, b: Part) => BigInt(a.num) * BigInt(b.den) < BigInt(b.num) * BigInt(a.den);

/** Hundredths of a percent do not hold what a decimal may: compared digit by digit. */
function above(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => {
    const [whole = '', behind = ''] = text.split('.');
    return BigInt(whole + behind.padEnd(9, '0'));
  });
  return (left ?? 0n) > (right ?? 0n);
}

const nominal = make('share-nominal', ['shares', 'law'], ({ shares, law }) => {
  const bound = law.share_nominal;
  const { nominal_minor } = shares;
  if (!bound || (nominal_minor >= bound.min_minor && nominal_minor <= bound.max_minor)) return [];
  const allowed = `${bound.min_minor} to ${bound.max_minor}`;
  return [
    finding(
      ['shares', 'nominal_minor'],
      `shares.nominal_minor: a share has a nominal of ${allowed} minor units, not ${nominal_minor} (${bound.article})`,
    ),
  ];
});

const holding = make('holding', ['shares', 'law'], ({ shares, law }) => {
  const most = shares.nominal_minor * shares.max_per_member;
  if (!law.holding || most <= law.holding.max_minor) return [];
  return [
    finding(
      ['shares', 'max_per_member'],
      `shares.max_per_member: one member holds at most ${law.holding.max_minor} minor units, and these shares would be ${most} (${law.holding.article})`,
    ),
  ];
});

const membership = make('membership', ['shares'], ({ shares }) => {
  const { min_to_be_member, max_per_member, paid_at_once } = shares;
  const findings: Finding[] = [];
  if (min_to_be_member > max_per_member)
    findings.push(
      finding(['shares', 'min_to_be_member'], 'shares.min_to_be_member is more than shares.max_per_member'),
    );
  if (paid_at_once.num > paid_at_once.den || paid_at_once.num === 0)
    findings.push(
      finding(['shares', 'paid_at_once'], 'shares.paid_at_once: a part above nothing, up to the whole'),
    );
  return findings;
});

const floor = make('capital-floor', ['shares', 'law'], ({ shares, law }) => {
  const { rule: kind, num, den } = shares.capital_floor;
  const path = ['shares', 'capital_floor'];
  if (kind === 'none') {
    if (num !== undefined || den !== undefined)
      return [finding(path, 'shares.capital_floor: num and den belong to fraction_of_highest')];
    if (!law.capital_floor) return [];
    return [finding(path, `shares.capital_floor: capital has a floor (${law.capital_floor.article})`)];
  }
  if (num === undefined || den === undefined || num > den)
    return [finding(path, 'shares.capital_floor: fraction_of_highest takes num and den, up to the whole')];
  if (!law.capital_floor || !less({ num, den }, law.capital_floor)) return [];
  const { num: least, den: of, article } = law.capital_floor;
  return [
    finding(
      path,
      `shares.capital_floor: the floor is ${least}/${of} of the highest capital at least (${article})`,
    ),
  ];
});

const redemption = make('redemption', ['shares', 'law'], ({ shares, law }) => {
  const bound = law.redemption;
  if (!bound) return [];
  const { max_delay_months, notice_months } = shares.redemption;
  const findings: Finding[] = [];
  if (max_delay_months > bound.max_delay_months)
    findings.push(
      finding(
        ['shares', 'redemption', 'max_delay_months'],
        `shares.redemption.max_delay_months: at most ${bound.max_delay_months}, not ${max_delay_months} (${bound.article})`,
      ),
    );
  if (notice_months < bound.min_notice_months)
    findings.push(
      finding(
        ['shares', 'redemption', 'notice_months'],
        `shares.redemption.notice_months: at least ${bound.min_notice_months}, not ${notice_months} (${bound.article})`,
      ),
    );
  return findings;
});

const votes = make('votes', ['voting', 'law'], ({ voting, law }) => {
  if (!law.votes_per_member || voting.plural_max <= law.votes_per_member.max) return [];
  const { max, article } = law.votes_per_member;
  return [finding(['voting', 'plural_max'], `voting.plural_max: at most ${max} (${article})`)];
});

/** The order of an allocation makes sense: each part has a size, and what shares are paid comes last. */
const order = make('allocation-order', ['allocation'], ({ allocation }) =>
  allocation.flatMap((step, at) => {
    const path = ['allocation', at];
    if (step.to === 'share_interest') {
      if (at < allocation.length - 1) return [finding(path, 'allocation: share_interest comes last')];
      if (step.num !== undefined || step.den !== undefined || step.cap === undefined)
        return [finding(path, 'allocation: share_interest takes what is left, and has a cap or none')];
      return [];
    }
    const { num, den, cap, to } = step;
    if (cap !== undefined) return [finding(path, `allocation: ${to} has no cap; share_interest has`)];
    if (num === undefined || den === undefined || num > den)
      return [finding(path, `allocation: ${to} takes num and den, up to the whole`)];
    return [];
  }),
);

const reserves = make('reserves', ['allocation', 'law'], ({ allocation, law }) =>
  (law.reserves ?? []).flatMap((bound) => {
    const step = allocation.find(({ to }) => to === bound.to);
    const { num = 0, den = 1 } = step ?? {};
    if (!less({ num, den }, bound)) return [];
    const path = step ? ['allocation', allocation.indexOf(step)] : ['allocation'];
    return [
      finding(path, `allocation: ${bound.to} takes ${bound.num}/${bound.den} at least (${bound.article})`),
    ];
  }),
);

const capIsThere = make(
  'interest-cap',
  ['allocation', 'tmo_plus', 'published_rate', 'fixed_rate', 'law'],
  (country) => {
    const cap = country.allocation.find(({ to }) => to === 'share_interest')?.cap;
    const bound = country.law.share_interest;
    if (cap === undefined) return [];
    if (cap === 'none')
      return bound
        ? [finding(['allocation'], `allocation: interest on shares has a cap (${bound.article})`)]
        : [];
    const value = country[cap];
    if (value === undefined)
      return [finding(['allocation'], `allocation: the cap ${cap} is named, and there is no ${cap}`)];
    if ('percent' in value) {
      if (!bound?.max_percent || !above(value.percent, bound.max_percent)) return [];
      return [
        finding([cap, 'percent'], `${cap}.percent: at most ${bound.max_percent} percent (${bound.article})`),
      ];
    }
    if (bound?.max_points_bp === undefined || value.points_bp <= bound.max_points_bp) return [];
    return [
      finding([cap, 'points_bp'], `${cap}.points_bp: at most ${bound.max_points_bp} (${bound.article})`),
    ];
  },
);

/** What makes no sense, and what the country's law does not allow; each of these names its article. */
export const countryRules: readonly Rule<Country>[] = [
  ...[nominal, holding, membership, floor, redemption, votes, order, reserves, capIsThere],
];
