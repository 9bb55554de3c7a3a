/**
 * cli/dns: what must stand in the DNS for mail to arrive, and whether it does. Each kind of record is one value in kinds/:
 * what to publish (made of what the server knows of itself), and a check of what is published.
 *
 * - `kinds/index.ts` is the list; `myco dns show` prints it as a zone file, `myco dns check` as verdicts.
 * - A check reads answers and decides; it never changes anything and never sends mail. What the DNS does not answer is
 *   `unknown`, never `missing`.
 * - `required` is what mail does not arrive without, or not in the inbox; only that makes `check` exit with 1.
 */
export { type Checked, checkAll, checkedText, isBad } from './check.ts';
export { openChecker } from './checker.ts';
export { chosenDomains, gatherFacts } from './facts.ts';
export { toPublish, zoneJson, zoneText } from './show.ts';
export type { Asking, Facts, RecordKind, Verdict, ZoneRecord } from './types.ts';
