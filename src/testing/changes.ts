import type { MailReader, MessageRow } from '../stores/mail/index.ts';

/** All that changed in a mailbox after a modseq, new messages too; null where it is gone. */
export async function changesSince(
  mail: MailReader,
  account: number,
  mailbox: number,
  since: number,
): Promise<{ modseq: number; changed: MessageRow[]; vanished: number[] } | null> {
  const asked = { cursor: since, goneCursor: since, topUid: 0xffff_ffff, vanished: true };
  const news = await mail.news(account, mailbox, asked);
  if (news === null) return null;
  const changed: MessageRow[] = [];
  for await (const rows of news.changed) changed.push(...rows);
  return { modseq: news.modseq, changed, vanished: [...news.vanished] };
}
