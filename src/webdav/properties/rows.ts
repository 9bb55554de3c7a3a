import type { MultiStatus, Resource, Visit } from '../types.ts';
import type { Plan } from './plan.ts';

/** Answers a row for each; nothing is waited for that is at hand. */
export async function sendRows(
  answer: MultiStatus,
  visit: Visit,
  plan: Plan,
  resources: readonly Resource[],
): Promise<void> {
  for (const resource of resources) {
    const row = plan.row(resource, visit);
    const full = answer.response(visit.href(resource), typeof row === 'string' ? row : await row);
    if (full !== null) await full;
  }
}
