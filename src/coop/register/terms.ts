import { dayIn } from '../days.ts';
import type { CoopHouse } from '../house.ts';
import type { Terms } from './types.ts';

/** The rules and the day, as scripts take them. */
export function termsOf({ coop, rules, clock }: Pick<CoopHouse, 'coop' | 'rules' | 'clock'>): Terms {
  const { nominal, maxPerMember, minPerMember, paidAtOnce, floor, redemption } = rules.shares;
  const now = clock.nowMs();
  return {
    ...{ coop, currency: rules.currency, nominal, maxPerMember, minPerMember, paidAtOnce, floor, now },
    ...{ deductLosses: redemption.deductLosses, noticeMonths: redemption.noticeMonths },
    ...{ delayMonthsMax: redemption.delayMonthsMax, redemptionAt: redemption.at },
    ...{ fiscalYearEnd: rules.fiscalYearEnd, today: dayIn(rules.timeZone, now) },
  };
}
