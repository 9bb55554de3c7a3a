import { ok } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';
import type { SequenceSet } from '../wire/index.ts';

/** UID EXPUNGE: removes those of the named messages that are marked \Deleted. APPENDUID and COPYUID: append.ts, copy.ts. */
const uidExpunge: Command<SequenceSet> = {
  name: 'UID EXPUNGE',
  rfc: 'RFC 9051 §6.4.9, RFC 4315 §2.1',
  states: inMailbox,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    return decoder.sequenceSet();
  },
  async run(session, set) {
    const selected = session.writableMailbox;
    session.demandRights(selected, 'e');
    const { ranges } = await selected.pick(set, true);
    if (ranges.length === 0) return ok('expunged');
    await session.progress.during(session.mail.expunge(selected.account, selected.id, ranges));
    return ok('expunged');
  },
};

export const uidplusExtension: Extension = {
  rfc: 4315,
  name: 'UIDPLUS',
  capabilities: ({ member }) => (member === null ? [] : ['UIDPLUS']),
  commands: [uidExpunge],
};
