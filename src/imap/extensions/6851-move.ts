import { copyUid } from '../commands/copy.ts';
import { ok, tryCreate } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';
import { carry } from '../names/carry.ts';
import { locate } from '../names/place.ts';
import type { SequenceSet } from '../wire/index.ts';

/**
 * MOVE and UID MOVE. State: a mailbox selected for writing. Syntax: set SP mailbox. Effect: one transaction, so nobody
 * ever sees a message twice or not at all. Answer: COPYUID untagged, then the EXPUNGEs (of the dispatcher), then OK.
 */
const move: Command<{ set: SequenceSet; name: string }> = {
  name: 'MOVE',
  rfc: 'RFC 9051 §6.4.8, RFC 6851',
  states: inMailbox,
  privilege: 'mail:write',
  hasUidForm: true,
  parse(decoder) {
    decoder.sp();
    const set = decoder.sequenceSet();
    decoder.sp();
    return { set, name: decoder.mailbox() };
  },
  async run(session, { set, name }, { uid }) {
    const { writableMailbox: selected } = session;
    // What STORE +FLAGS \Deleted and EXPUNGE would need here (RFC 6851 §4.4).
    session.demandRights(selected, 'te');
    const { ranges } = await selected.pick(set, uid);
    const target = await tryCreate(locate(session, name, 'i'));
    const moved = copyUid(await tryCreate(carry(session, selected, target, ranges, { leaves: true })));
    // RFC 6851 §4.3: the uids are told before the messages are gone.
    if (moved !== null) session.out.untagged('OK', moved, 'moved');
    return ok('moved');
  },
};

export const moveExtension: Extension = {
  rfc: 6851,
  name: 'MOVE',
  capabilities: ({ member }) => (member === null ? [] : ['MOVE']),
  commands: [move],
};
