import type { Copied } from '../../stores/mail/index.ts';
import { ok, tryCreate } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';
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
    const { mail, account, mailbox } = session;
    const uids = mailbox.view.resolve(set, uid, mailbox.saved);
    const target = await tryCreate(mail.find(account, name));
    const copied = await tryCreate(mail.copy(account, mailbox.id, target.id, uids));
    mailbox.touch();
    return ok('copied', copyUid(copied));
  },
};

/** RFC 4315 §3: no code where nothing was copied. */
export function copyUid({ uidValidity, from, to }: Copied): ResponseCode | null {
  if (from.length === 0) return null;
  return { code: 'COPYUID', uidValidity, from: SequenceSet.of(from), to: SequenceSet.of(to) };
}
