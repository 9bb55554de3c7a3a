import { one, run, type Script } from '../../../storage/index.ts';
import { inclusion } from '../../ledger/scripts/tree.ts';
import { refusal } from '../../refusals.ts';
import type { CertificateFacts, KeptCertificate } from '../types.ts';
import { personRow, type Queries } from './record.ts';

/** What a certificate says, as it is kept: the last movement of the person up to the day, with its place in the signed tree. */
export function* certificateFacts(
  q: Queries,
  a: { readonly person: number; readonly day: string },
): Script<CertificateFacts> {
  const person = yield* personRow(q, a.person);
  const [sums] = yield* run(q.registerHoldingOn, a);
  const { shares, uncalled } = sums ?? { shares: 0, uncalled: 0 };
  const [movement] = yield* run(q.registerBooked, a);
  if (shares === 0 || movement === undefined || person.erased > 0)
    throw refusal('E_SHARES', `person ${a.person} has no share on ${a.day}`, { person: a.person });
  const { nominal } = one(yield* run(q.registerHeadRead, {}));
  const before = yield* run(q.registerMovement, { seq: movement.seq - 1 });
  const [entry] = yield* run(q.ledgerEntry, { seq: movement.entry });
  const proof = yield* inclusion(q, { seq: movement.entry, size: 0 });
  if (entry === undefined || proof === null) throw new Error('a movement is in no signed tree');
  const other = movement.other > 0 ? (yield* personRow(q, movement.other)).shown : null;
  const { seq, kind, effective, recorded, decision, amount, cancels, hash } = movement;
  const link = { seq, kind, effective, recorded, decision, shares: movement.shares, amount, cancels };
  const persons = yield* run(q.registerPerson, { number: movement.person });
  return {
    ...{ member: person.number, holder: person.name, day: a.day, shares, uncalled, nominal },
    movement: { ...link, person: persons[0]?.shown ?? '', other, before: before[0]?.hash ?? '', hash },
    entry: { seq: entry.seq, memo: entry.memo, hash: entry.hash },
    log: { size: proof.checkpoint.size, note: proof.checkpoint.note, proof: proof.proof },
  };
}

export function* certificateKeep(q: Queries, a: KeptCertificate): Script<void> {
  yield* run(q.registerCertificateAdd, { ...a });
}

export function* certificate(q: Queries, a: { readonly code: string }): Script<KeptCertificate | null> {
  return (yield* run(q.registerCertificate, a))[0] ?? null;
}

/** The last ones that were issued of a person, the newest first. */
export function* certificatesOf(
  q: Queries,
  a: { readonly person: number },
): Script<readonly KeptCertificate[]> {
  return yield* run(q.registerCertificatesOf, a);
}

/** What the register says today about the day of a certificate: its movement, and what the person held. */
export function* certificateState(
  q: Queries,
  a: { readonly person: number; readonly day: string; readonly seq: number },
): Script<{
  readonly hash: string;
  readonly shares: number;
  readonly uncalled: number;
  readonly now: number;
}> {
  const [movement] = yield* run(q.registerMovement, { seq: a.seq });
  const [then] = yield* run(q.registerHoldingOn, a);
  const [now] = yield* run(q.registerHoldingOn, { person: a.person, day: '9999-12-31' });
  return {
    ...{ hash: movement?.hash ?? '', shares: then?.shares ?? 0, uncalled: then?.uncalled ?? 0 },
    now: now?.shares ?? 0,
  };
}
