import type { UidRange } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';

/** CLOSE: expunges what is marked \Deleted, without saying which, and leaves the mailbox. */
export const close: Command = {
  name: 'CLOSE',
  rfc: 'RFC 9051 §6.4.1',
  states: inMailbox,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    const selected = session.mailbox;
    if (session.qresync && !selected.readOnly) await session.report({ expunge: false, force: true });
    // Deselected first, so that nobody is told of what goes (RFC 9051 §6.4.1).
    session.deselect();
    // RFC 4314 §4: without `e` nothing is expunged, and CLOSE succeeds all the same.
    if (selected.readOnly || !selected.rights.includes('e')) return ok('closed');
    const gone = await session.mail.expunge(selected.account, selected.id, null);
    if (gone.length === 0 || !session.qresync) return ok('closed');
    return ok('closed', { code: 'HIGHESTMODSEQ', value: await lastModseq(session, selected, gone) });
  },
};

/**
 * RFC 7162 §3.2.8: what the client may come back with. The newest, where nothing happened beside our own expunge;
 * else what the client knew before, for it would never hear of the rest.
 */
async function lastModseq(session: Session, selected: Selected, gone: readonly UidRange[]): Promise<number> {
  const { account, id, cursor, confirmed } = selected;
  const { topUid } = selected.view;
  const asked = { cursor, goneCursor: cursor, topUid, vanished: true };
  const news = await session.mail.news(account, id, asked);
  if (news === null || confirmed !== cursor || news.appended.length > 0) return confirmed;
  for await (const rows of news.changed) if (rows.length > 0) return confirmed;
  const count = gone.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return news.vanished.length === count ? news.modseq : confirmed;
}
