import { dayIn } from '../days.ts';
import { type CoopHouse, toldOf } from '../house.ts';
import type { Terms } from './types.ts';

/** The rules and the day, as scripts take them. */
export function termsOf({ coop, rules, clock }: Pick<CoopHouse, 'coop' | 'rules' | 'clock'>): Terms {
  const { nominal, maxPerMember, minPerMember, paidAtOnce, floor, redemption } = rules.shares;
  const told = toldOf({ coop, rules, clock });
  return {
    ...{ ...told, nominal, maxPerMember, minPerMember, paidAtOnce, floor },
    ...{ deductLosses: redemption.deductLosses, noticeMonths: redemption.noticeMonths },
    ...{ delayMonthsMax: redemption.delayMonthsMax, redemptionAt: redemption.at },
    ...{ fiscalYearEnd: rules.fiscalYearEnd, today: dayIn(rules.timeZone, told.now) },
    identity: rules.identity,
  };
}
