import { demandDay } from '../days.ts';
import { refusal } from '../refusals.ts';
import { demandText } from '../text.ts';
import { referenceCharactersMax, titleCharactersMax } from './limits.ts';
import { type Decision, decisionKinds } from './types.ts';

/** Throws what is wrong with a decision before it is recorded. */
export function checkDecision(decision: Omit<Decision, 'act'>, today: string): void {
  const { reference, kind, on, title, document } = decision;
  demandText('the reference of a decision', reference, { max: referenceCharactersMax });
  demandText('the title of a decision', title, { max: titleCharactersMax });
  demandDay(on);
  if (on > today) throw refusal('E_DATE', `nothing is decided yet on ${on}`);
  if (!decisionKinds.includes(kind))
    throw refusal('E_DECISION', `the kinds of decisions are ${decisionKinds.join(', ')}`);
  if (document !== '' && !/^[0-9a-f]{64}$/.test(document))
    throw refusal('E_DECISION', 'a document is named by its SHA-256, in 64 small hex digits');
  if (document === '' && kind === 'assembly')
    throw refusal('E_DECISION', 'a decision of the assembly stands in minutes: name them by their SHA-256');
}
