import { Refusal, uidRequired } from '../errors.ts';
import type { Extension, FetchModifierFeature, SelectParameterFeature } from '../features.ts';
import { changedAmong, vanishedAmong } from '../fetch/changed.ts';
import { flagsItem, uidItem } from '../fetch/items.ts';
import { fetchMessages } from '../fetch/run.ts';
import { writeVanished } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import { type KnownState, parseKnownState } from '../wire/index.ts';
import { modseqItem } from './7162-condstore.ts';

/** RFC 7162 §3.2.3: what QRESYNC brings may not be used before it is enabled. */
function demandEnabled(session: Session): void {
  if (!session.qresync) throw new Refusal('ENABLE QRESYNC first', null, 'BAD');
}

const qresync: SelectParameterFeature = {
  name: 'QRESYNC',
  parse(decoder, session) {
    demandEnabled(session);
    decoder.sp();
    const known = parseKnownState(decoder);
    // RFC 9586 §3.6: message numbers may not be matched by who does not know them.
    if (known.hasMatches && session.uidOnly) throw uidRequired('QRESYNC without sequence matches');
    return known;
  },
  async opened(session, mailbox, value) {
    const { uidValidity, modseq, uids } = value as KnownState;
    // RFC 7162 §3.2.5.1: what the client knows is of another mailbox; it begins anew.
    if (uidValidity !== mailbox.uidValidity || modseq >= session.mailbox.cursor) return;
    writeVanished(session, await vanishedAmong(session, uids, modseq), true);
    const changed = await changedAmong(session, uids, modseq);
    const items = session.uidOnly ? [flagsItem, modseqItem] : [uidItem, flagsItem, modseqItem];
    await fetchMessages(session, changed, items, { changedSince: modseq });
  },
};

/** VANISHED of UID FETCH: what of the set was expunged comes before what changed (RFC 7162 §3.2.6). */
const vanished: FetchModifierFeature = {
  name: 'VANISHED',
  parse(_decoder, session, { uid }) {
    demandEnabled(session);
    if (!uid) throw new Refusal('VANISHED is of UID FETCH only', null, 'BAD');
    return null;
  },
  async before(session, { set, changedSince }) {
    if (changedSince === null) throw new Refusal('VANISHED needs CHANGEDSINCE', null, 'BAD');
    writeVanished(session, await vanishedAmong(session, set, changedSince), true);
  },
};

/**
 * QRESYNC: a client that comes back is told in one command what it missed, at the cost of what it missed; from ENABLE
 * on VANISHED stands for EXPUNGE. The HIGHESTMODSEQ that ends commands: session/dispatch.ts.
 */
export const qresyncExtension: Extension = {
  rfc: 7162,
  name: 'QRESYNC',
  capabilities: ({ member }) => (member === null ? [] : ['QRESYNC']),
  enable: ['QRESYNC'],
  selectParameters: [qresync],
  fetchModifiers: [vanished],
};
