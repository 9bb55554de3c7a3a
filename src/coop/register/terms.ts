import { dayIn } from '../days.ts';
import { type Telling, toldOf } from '../house.ts';
import type { Terms } from './types.ts';

/** The rules and the day, as scripts take them. */
export function termsOf(house: Telling): Terms {
  const { rules } = house;
  const { nominal, maxPerMember, minPerMember, paidAtOnce, floor, redemption } = rules.shares;
  const told = toldOf(house);
  return {
    ...{ ...told, nominal, maxPerMember, minPerMember, paidAtOnce, floor },
    ...{ deductLosses: redemption.deductLosses, noticeMonths: redemption.noticeMonths },
    ...{ delayMonthsMax: redemption.delayMonthsMax, redemptionAt: redemption.at },
    ...{ fiscalYearEnd: rules.fiscalYearEnd, payeeChangeDays: rules.approvals.payeeChangeDays },
    ...{ today: dayIn(rules.timeZone, told.now), identity: rules.identity },
  };
}
