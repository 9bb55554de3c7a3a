import { capOf } from './caps.ts';
import { chart } from './chart.ts';
import type { Country } from './country.ts';
import { fraction, readPercent } from './decimal.ts';
import { rateOn } from './rates.ts';
import type { AllocationRule, Rules } from './types.ts';

/** The rules that rooms receive, of a country's file that was checked. */
export function rulesOf(country: Country): Rules {
  const { coop, tax, mycoin, approvals } = country;
  return {
    ...{ country: coop.country, legalForm: coop.legal_form, currency: coop.currency, timeZone: coop.tz },
    fiscalYearEnd: coop.fiscal_year_end,
    shares: sharesOf(country),
    identity: country.register,
    allocation: country.allocation.map(stepOf),
    interest: {
      capOf: (year) => capOf(country, year),
      levies: (on) => {
        const { income, social } = rateOn(tax.share_interest, on, 'levy on interest');
        return [
          { name: 'income', rate: readPercent(income) },
          { name: 'social', rate: readPercent(social) },
        ];
      },
      slip: tax.slip,
    },
    pay: {
      memberShare: fraction(mycoin.member_share_bp, 10_000),
      payoutMin: mycoin.min_payout_minor,
    },
    approvals: {
      persons: approvals.persons,
      matchAloneMax: approvals.match_alone_max_minor,
      payeeChangeDays: approvals.payee_change_days,
    },
    vat: (on) => readPercent(rateOn(country.vat, on, 'rate of VAT').percent),
    invoice: country.invoice,
    chart,
    plan: country.plan,
  };
}

function sharesOf({ shares }: Country): Rules['shares'] {
  const { capital_floor: floor, redemption, paid_at_once: paid } = shares;
  const { num = 0, den = 1 } = floor;
  return {
    nominal: shares.nominal_minor,
    maxPerMember: shares.max_per_member,
    minPerMember: shares.min_to_be_member,
    paidAtOnce: fraction(paid.num, paid.den),
    floor: floor.rule === 'none' ? null : fraction(num, den),
    redemption: {
      delayMonthsMax: redemption.max_delay_months,
      deductLosses: redemption.deduct_losses,
      noticeMonths: redemption.notice_months,
      at: redemption.at,
    },
  };
}

/** `legal_reserve` is the account `reserve:legal`, `mutual_fund` is `reserve:mutual`. */
const accountOf = (to: string) => `reserve:${to.replace(/_(reserve|fund)$/, '').replaceAll('_', '-')}`;

function stepOf(step: Country['allocation'][number]): AllocationRule {
  const { to, num = 1, den = 1, of, round, until = null } = step;
  if (to === 'share_interest')
    return { to: null, part: fraction(1, 1), of: 'remainder', round: 'down', until: null };
  return { to: accountOf(to), part: fraction(num, den), of, round, until };
}
