import { newAct } from '../acts/new-act.ts';
import { demand } from '../acts/privileges.ts';
import type { Actor } from '../acts/types.ts';
import { csvLine } from '../csv.ts';
import { fiscalYear, todayOf } from '../days.ts';
import { type CoopHouse, toldOf } from '../house.ts';
import { codeOf, refusal } from '../refusals.ts';
import { demandDecision } from '../register/check.ts';
import type { FiscalYear } from '../rules/caps.ts';
import { type Fraction, fraction } from '../rules/decimal.ts';
import { coopOperations as operations } from '../store/module.ts';
import { demandText } from '../text.ts';
import { reasonCharactersMax } from './limits.ts';
import type { ClosedYear, MemberInterest, Slip, YearFigures } from './types.ts';

/** What the assembly decided about a year. */
export interface YearDecision {
  /** `2026`: the fiscal year that ends in it. */
  readonly year: string;
  /** Interest on shares in all, gross, minor units. */
  readonly interest: number;
  /** What the decision is called: without one nothing is posted. */
  readonly decision: string;
  /** Why it does not wait for lines of the bank that wait for a person. */
  readonly despite?: string;
}

/** Fiscal years: what they came to, how it was allocated, interest on shares and the slips about it. */
export class Years {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /** What a year came to so far, and what the assembly may decide. Refuses with E_DATE, E_RULE. */
  async figures(year: string): Promise<YearFigures> {
    const { currency } = this.#house.rules;
    return this.#house.database.call(operations.payoutsYearFigures, { ...this.#of(year), currency });
  }

  /**
   * Closes a year as the assembly decided: result, reserves in the order of the rules, interest by paid-up capital and days, levies
   * at the rates of today, the rest into the free reserve. Once, years in their order, and when the months of the year are shared
   * out. Where nothing is given out, a rate that is not published yet keeps nobody waiting. Privilege: `year.close`. Refuses with
   * E_DATE, E_AMOUNT, E_TEXT, E_RULE, E_YEAR_OPEN, E_YEAR_ORDER, E_YEAR_CLOSED, E_LINES_WAIT, E_INTEREST_CAP.
   */
  async close(actor: Actor, a: YearDecision & { readonly key: string }): Promise<ClosedYear> {
    demand(actor, 'year.close');
    const { year, interest, decision, despite = '', key } = a;
    demandDecision(decision);
    demandText('a reason', despite, { min: 0, max: reasonCharactersMax });
    if (!Number.isSafeInteger(interest) || interest < 0)
      throw refusal('E_AMOUNT', `interest is a whole number of minor units, and not ${interest}`);
    const [of, day] = [this.#of(year, interest === 0), todayOf(this.#house)];
    if (day < of.until) throw refusal('E_YEAR_OPEN', `the year ends the day before ${of.until}`);
    const body = { year, interest, decision, ...(despite === '' ? {} : { despite }) };
    const act = newAct(this.#house, actor, { key, verb: 'year.close', subject: `year:${year}`, body });
    const args = { ...toldOf(this.#house), ...of, act, interest, decision, despite, day, by: actor.account };
    const closed = await this.year(await this.#house.database.call(operations.payoutsCloseYear, args));
    if (closed === null) throw new Error('a year was closed and is not there');
    return closed;
  }

  year(year: string): Promise<ClosedYear | null> {
    return this.#house.database.call(operations.payoutsYear, { year });
  }

  /** The last one first. */
  years(): Promise<readonly ClosedYear[]> {
    return this.#house.database.call(operations.payoutsYears, {});
  }

  /** A page of a year's interest, by the members' numbers. */
  interest(year: string, { after = 0 } = {}): Promise<readonly MemberInterest[]> {
    return this.#house.database.call(operations.payoutsInterest, { year, after });
  }

  interestOf(member: number): Promise<readonly MemberInterest[]> {
    return this.#house.database.call(operations.payoutsInterestOf, { member });
  }

  /** What the tax slips of a calendar year say, member by member (France: IFU 2561). Privilege: `year.close`. */
  async *slips(actor: Actor, calendarYear: string): AsyncIterable<Slip> {
    demand(actor, 'year.close');
    demandYear(calendarYear);
    const span = { from: `${calendarYear}-01-01`, until: `${calendarYear}-12-32` };
    for (let at = { afterYear: '', after: 0 }; ; ) {
      const page: readonly Slip[] = await this.#house.database.call(operations.payoutsSlips, {
        ...span,
        ...at,
      });
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      at = { afterYear: last.year, after: last.member };
    }
  }

  /** The same as lines of CSV, the head first; amounts in minor units, a column for each levy. */
  async *slipLines(actor: Actor, calendarYear: string): AsyncIterable<string> {
    const { form } = this.#house.rules.interest.slip;
    const levies = this.#house.rules.interest.levies(`${calendarYear}-12-31`).map(({ name }) => name);
    const head = ['form', 'year', 'day', 'member', 'kind', 'name', 'birth', 'address', 'country', 'gross'];
    yield csvLine([...head, ...levies, 'net']);
    for await (const slip of this.slips(actor, calendarYear)) {
      const { year, day, member, kind, name, birth, address, country, gross, levied, net } = slip;
      const taken = levies.map((levy) => levied.find(({ to }) => to === levy)?.amount ?? 0);
      yield csvLine([form, year, day, member, kind, name, birth, address, country, gross, ...taken, net]);
    }
  }

  #of(year: string, givesNothing = false) {
    demandYear(year);
    const { fiscalYearEnd, allocation, interest } = this.#house.rules;
    const span = fiscalYear(year, fiscalYearEnd);
    const levies = interest.levies(todayOf(this.#house));
    return { year, ...span, allocation, cap: this.#capOf(span, givesNothing), levies };
  }

  #capOf(span: FiscalYear, givesNothing: boolean): Fraction | null {
    try {
      return this.#house.rules.interest.capOf(span);
    } catch (error) {
      if (givesNothing && codeOf(error) === 'E_RULE') return fraction(0, 1);
      throw error;
    }
  }
}

function demandYear(year: string): void {
  if (!/^[1-9]\d{3}$/.test(year)) throw refusal('E_DATE', `'${year}' is no year such as 2026`);
}
