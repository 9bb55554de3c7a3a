import { run, type Script } from '../../../storage/index.ts';
import { actLink, actsStart, bodyHash, decisionBody } from '../chain.ts';
import { actStepRows } from '../limits.ts';
import type { ActsQueries } from '../queries.ts';
import { decisionOf } from './decisions.ts';
import { roleSubject, roleVerbs } from './roles.ts';
import { sameIn } from './same-person.ts';

interface Found {
  readonly faults: readonly string[];
  readonly next: number | null;
}

/** Acts are without gap, each chained to the one before; the head is the last of them. */
export function* checkActs(q: ActsQueries, a: { readonly after: number }): Script<Found> {
  const after = Math.max(a.after, 0);
  const rows = yield* run(q.actsStep, { after });
  const faults: string[] = [];
  const [previous] = after > 0 ? yield* run(q.actNumbered, { n: after }) : [];
  let before = after > 0 ? (previous?.hash ?? '') : actsStart;
  let expected = after + 1;
  for (const row of rows) {
    if (row.n !== expected) faults.push(`acts: ${expected} to ${row.n - 1} are missing`);
    else if (actLink(before, row) !== row.hash)
      faults.push(`act ${row.n}: its hash is not that of what it says`);
    before = row.hash;
    expected = row.n + 1;
  }
  if (rows.length >= actStepRows) return { faults, next: expected - 1 };
  const [head] = yield* run(q.actsHeadRead);
  const end = head ?? { n: 0, hash: actsStart };
  if (end.n !== expected - 1 || end.hash !== before)
    faults.push(`acts: the head says ${end.n}, and the last one is ${expected - 1}`);
  return { faults, next: null };
}

/** Roles are those that the log gave and did not take; each decision has its act. */
export function* checkRoles(q: ActsQueries, _: { readonly after: number }): Script<Found> {
  const given = new Map<string, number>();
  for (const { subject, verb, n } of yield* run(q.actsOfRoles)) {
    if (verb === roleVerbs.revoke) given.delete(subject);
    else if (!given.has(subject)) given.set(subject, n);
  }
  const faults: string[] = [];
  for (const { account, role, act } of yield* run(q.actsRoles)) {
    const subject = roleSubject(account, role);
    if (given.get(subject) !== act) faults.push(`role ${role} of account ${account}: no act ${act} gave it`);
    given.delete(subject);
  }
  for (const [subject, act] of given) faults.push(`role ${subject}: act ${act} gave it, and it is not there`);
  return { faults, next: null };
}

/** Each decision says what was asked of its act. */
export function* checkDecisions(q: ActsQueries, a: { readonly after: number }): Script<Found> {
  const rows = yield* run(q.actsDecisions, { after: Math.max(a.after, 0) });
  const faults: string[] = [];
  for (const decision of rows.map(decisionOf)) {
    const { act, reference } = decision;
    const [row] = yield* run(q.actNumbered, { n: act });
    if (row?.verb !== 'decision.record' || row.subject !== `decision:${reference}`)
      faults.push(`decision ${reference}: act ${act} did not record it`);
    else if (row.body !== bodyHash(decisionBody(decision)))
      faults.push(`decision ${reference}: is not what act ${act} recorded`);
  }
  return { faults, next: rows.at(-1)?.act ?? null };
}

/** Accounts that are one person's are those that the log says. */
export function* checkSame(q: ActsQueries, _: { readonly after: number }): Script<Found> {
  const said = new Map(sameIn(yield* run(q.actsOfSame)));
  const faults: string[] = [];
  for (const { account, person } of yield* run(q.actsSame)) {
    if (said.get(account) !== person)
      faults.push(`account ${account}: no act ${person} said whose else it is`);
    said.delete(account);
  }
  for (const [account, act] of said) faults.push(`account ${account}: act ${act} said whose else it is`);
  return { faults, next: null };
}
