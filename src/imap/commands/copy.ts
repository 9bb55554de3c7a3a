import type { Copied } from '../../stores/mail/index.ts';
import { ok, tryCreate } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';
import { carry } from '../names/carry.ts';
import { locate } from '../names/place.ts';
import { type ResponseCode, SequenceSet } from '../wire/index.ts';

/** COPY and UID COPY: all of the messages or none. */
export const copy: Command<{ set: SequenceSet; name: string }> = {
  name: 'COPY',
  rfc: 'RFC 9051 §6.4.7',
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
    const { mailbox: selected } = session;
    const { ranges } = await selected.pick(set, uid);
    const target = await tryCreate(locate(session, name, 'i'));
    const copied = await tryCreate(carry(session, selected, target, ranges, { leaves: false }));
    selected.touch();
    return ok('copied', copyUid(copied));
  },
};

/** RFC 4315 §3: no code where nothing was copied. */
export function copyUid({ uidValidity, from, to }: Copied): ResponseCode | null {
  if (from.length === 0) return null;
  return { code: 'COPYUID', uidValidity, from: SequenceSet.ofRanges(from), to: SequenceSet.ofRanges(to) };
}
