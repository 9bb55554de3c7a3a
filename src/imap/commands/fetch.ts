import { ok } from '../errors.ts';
import { type Command, type FetchModifierFeature, inMailbox } from '../features.ts';
import { changedAmong } from '../fetch/changed.ts';
import { fetchParsers, planItems, uidItem } from '../fetch/items.ts';
import { fetchMessages } from '../fetch/run.ts';
import type { Batches } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, type FetchItem, type FetchModifiers, SequenceSet } from '../wire/index.ts';

interface Args {
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
  readonly modifiers: FetchModifiers;
}

/** FETCH and UID FETCH, with CHANGEDSINCE (RFC 7162 §3.1.4). */
export const fetch: Command<Args> = {
  name: 'FETCH',
  rfc: 'RFC 9051 §6.4.5',
  states: inMailbox,
  privilege: 'mail:read',
  hasUidForm: true,
  parse(decoder, session, call) {
    decoder.sp();
    const set = decoder.sequenceSet();
    decoder.sp();
    const items = decoder.fetchItems(fetchParsers(session));
    const modifiers = new Map<string, (decoder: Decoder) => unknown>();
    for (const { name, parse } of session.services.features.fetchModifiers.values()) {
      modifiers.set(name, (d) => parse(d, session, call));
    }
    return { set, items, modifiers: decoder.fetchModifiers(modifiers) };
  },
  async run(session, { set, items, modifiers }, { uid }) {
    const { changedSince } = modifiers;
    const asked = [...items];
    if (changedSince !== null) {
      session.enableCondstore();
      // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for MODSEQ too.
      if (!asked.some(({ item }) => item === 'MODSEQ')) asked.push({ item: 'MODSEQ' });
    }
    // RFC 9051 §6.4.9: UID FETCH tells the uid whether it was asked for or not.
    // RFC 9586 §3.3: UIDFETCH has it in front already.
    const plans = planItems(session, asked, uid && !session.uidOnly ? [uidItem] : []);
    for (const [name, value] of modifiers.extensions) {
      await modifierOf(session, name)?.before?.(session, { set, changedSince }, value);
    }
    const uids = await messagesOf(session, set, modifiers, uid);
    const { missing } = await fetchMessages(
      session,
      uids,
      plans,
      changedSince === null ? {} : { changedSince },
    );
    // RFC 2180 §4.1.3, RFC 5530: some of the numbers are of messages that another session has expunged.
    if (!uid && missing !== null && missing > 0) return ok('some messages are expunged', 'EXPUNGEISSUED');
    return ok('fetched');
  },
};

/** CHANGEDSINCE comes before what narrows further (RFC 9394 §3.4). */
async function messagesOf(
  session: Session,
  set: SequenceSet,
  { changedSince, extensions }: FetchModifiers,
  uid: boolean,
): Promise<readonly number[] | Batches> {
  const narrows: ((uids: readonly number[]) => readonly number[])[] = [];
  for (const [name, value] of extensions) {
    const narrow = modifierOf(session, name)?.narrow;
    if (narrow !== undefined) narrows.push((uids) => narrow(uids, value));
  }
  let left: readonly number[];
  if (uid && changedSince !== null) left = await changedAmong(session, set, changedSince);
  else if (narrows.length === 0) return session.mailbox.batches(set, uid);
  else {
    left = await session.mailbox.resolve(set, uid);
    const changed = changedSince !== null && left.length > 0;
    if (changed) left = await changedAmong(session, SequenceSet.of(left), changedSince);
  }
  for (const narrow of narrows) left = narrow(left);
  return left;
}

function modifierOf(session: Session, name: string): FetchModifierFeature | undefined {
  return session.services.features.fetchModifiers.get(name);
}
