import { upload } from '../append/upload.ts';
import { ok, Refusal, tryCreate } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';
import { locate } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';
import { type AppendMessage, SequenceSet } from '../wire/index.ts';

interface Args {
  /** A message number or uid, or '*'. */
  readonly old: SequenceSet;
  readonly name: string;
  readonly message: AppendMessage;
}

/**
 * REPLACE and UID REPLACE. State: a mailbox selected for writing. Syntax: number SP what APPEND of one message takes.
 * Effect: one transaction. Answer: APPENDUID untagged, then what happened in the mailbox (of the dispatcher), then OK.
 */
const replace: Command<Args> = {
  name: 'REPLACE',
  rfc: 'RFC 8508',
  states: inMailbox,
  privilege: 'mail:write',
  hasUidForm: true,
  parse(decoder) {
    decoder.sp();
    const old = SequenceSet.parse(decoder.tryChar('*') ? '*' : String(decoder.nzNumber()));
    decoder.sp();
    const name = decoder.mailbox();
    decoder.sp();
    return { old, name, message: decoder.appendMessage() };
  },
  async run(session, { old, name, message }, { uid }) {
    const { mail, writableMailbox: selected } = session;
    const [found] = await selected.resolve(old, uid);
    if (found === undefined) throw gone();
    // RFC 8508 §4.1: what UID STORE +FLAGS \Deleted and UID EXPUNGE need here, and APPEND there.
    session.demandRights(selected, 'te');
    const place = await tryCreate(locate(session, name, 'i'));
    const appended = await upload(session, place, [message], async ([incoming]) => {
      if (incoming === undefined) throw new Error('REPLACE has no message');
      const from = { account: selected.account, mailbox: selected.id };
      const to = { account: place.account, mailbox: place.mailbox.id };
      return tryCreate(mail.replace(from, found, to, incoming));
    });
    selected.touch();
    if (appended === null) throw gone();
    const { account } = place;
    const made = { mailbox: place.mailbox.id, uids: [[appended.uid, appended.uid]] as const };
    noteOwn(session, { account, modseqs: [appended.modseq], made });
    // What went has the number before, where it was of the same account.
    if (account === selected.account) noteOwn(session, { account, modseqs: [appended.modseq - 1] });
    const uids = SequenceSet.of([appended.uid]);
    // RFC 8508 §4.3: before the client hears that the old message is gone.
    session.out.untagged('OK', { code: 'APPENDUID', uidValidity: appended.uidValidity, uids }, 'stored');
    return ok('replaced');
  },
};

function gone(): Refusal {
  return new Refusal('the message to be replaced is not there', 'NONEXISTENT');
}

export const replaceExtension: Extension = {
  rfc: 8508,
  name: 'REPLACE',
  capabilities: ({ member }) => (member === null ? [] : ['REPLACE']),
  commands: [replace],
};
