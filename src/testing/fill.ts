import type { MailWriter } from '../stores/mail/index.ts';

/** How many messages a large mailbox of a test has; a million where `MYCO_SCALE=1000000` asks for it. */
export const scaleMessages = Number(process.env.MYCO_SCALE ?? 60_000);

/**
 * Brings a mailbox to `count` messages by copying what it has onto itself, so that a million takes seconds. The first
 * `contents` differ; the rest share them.
 */
export async function fillMailbox(
  mail: MailWriter,
  account: number,
  name: string,
  count: number,
  contents = 16,
): Promise<void> {
  const { id } = await mail.find(account, name);
  for (let at = 0; at < Math.min(contents, count); at++) {
    const text = `Subject: filled ${at}\r\nFrom: ana@coop.localhost\r\n\r\nnumber ${at}\r\n`;
    await mail.append(account, id, [await mail.stage(Buffer.from(text), text.length)]);
  }
  for (;;) {
    const { messages, uidNext } = await mail.find(account, name);
    if (messages >= count) return;
    await mail.copy(account, id, id, [[uidNext - Math.min(messages, count - messages), uidNext - 1]]);
  }
}
