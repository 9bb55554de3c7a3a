/**
 * coop: the co-operative's money (docs/MONEY.md).
 * - Amounts are whole minor units, never a float; assets are never mixed; what is sealed is never changed.
 * - No number of a law or a statute stands in the code: rules come from `config/countries/`.
 * - All rooms are one storage module (`store/module.ts`): what belongs together is one transaction.
 * - What is refused has a code of the closed list in `refusals.ts`.
 */
export { Acts } from './acts/acts.ts';
export { bodyHash } from './acts/chain.ts';
export { demand, may, privileges } from './acts/privileges.ts';
export {
  type Act,
  type Actor,
  type Decision,
  type DecisionKind,
  decisionKinds,
  type Privilege,
  type Role,
  roles,
} from './acts/types.ts';
export type { Api } from './api/api.ts';
export { type ApiOptions, openApi } from './api/open.ts';
export { apiPath } from './api/path.ts';
export type { Decided } from './bank/scripts/match.ts';
export {
  type Imported,
  type Line as BankLine,
  type Match as BankMatch,
  type StatementRow,
  type WaitReason,
  waitReasons,
} from './bank/types.ts';
export { type Coop, openCoop } from './co-op.ts';
export { daysAfter, lastDayOf } from './days.ts';
export type { CoopHouse, CoopMail } from './house.ts';
export { decimalOf } from './ledger/exports/amount.ts';
export { Ledger, type LedgerForm, type LedgerOptions } from './ledger/ledger.ts';
export type {
  AccountKind,
  Balance,
  Chart,
  CoinDeposit,
  Day,
  Draft,
  Entry,
  Month,
  Posting,
  Receipt,
  StoredCheckpoint,
} from './ledger/types.ts';
export type { Verified } from './ledger/verify.ts';
export type { Invoice, Party } from './parties/types.ts';
export { Payouts, type RunFor } from './payouts/payouts.ts';
export type {
  ClosedMonth,
  ClosedYear,
  Item,
  LeftOut,
  MemberInterest,
  MonthPreview,
  MonthShare,
  Owed,
  PayProof,
  Purpose,
  Run,
  RunState,
  Slip,
  YearFigures,
} from './payouts/types.ts';
export { type YearDecision, Years } from './payouts/years.ts';
export { codeOf as refusalCode, type Refusal, refusal, refusals } from './refusals.ts';
export { Certificates, verifyPath } from './register/certificates.ts';
export { Payees } from './register/payees.ts';
export { Persons } from './register/persons.ts';
export { Privacy } from './register/privacy.ts';
export { Register, type When } from './register/register.ts';
export type {
  Application,
  CapitalCall,
  Certificate,
  CertificateVerdict,
  Holding,
  MembershipChange,
  Movement,
  MovementKind,
  PayeeChange,
  Person,
  PersonDetails,
  PersonFile,
  Received,
  RedemptionRequest,
  Standing,
  Totals,
} from './register/types.ts';
export { rulesOf } from './rules/build.ts';
export { chart } from './rules/chart.ts';
export type { Country } from './rules/country.ts';
export type { Rules } from './rules/types.ts';
export { coopModule } from './store/module.ts';
