import type { Member } from '../../accounts/index.ts';
import type { Resolver } from '../../net/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { Conversation } from './conversation.ts';
import type { OwnDoors } from './doors.ts';
import { type Found, Inboxes } from './mailbox.ts';
import { judgeSignatures } from './signatures.ts';
import type { Finding, Steps } from './steps.ts';
import { submit } from './submit.ts';
import { testMail } from './test-mail.ts';

/** A member's message to itself: submitted, signed, kept, and once more through the door for other servers. */
export async function testLocally(
  rooms: Rooms,
  resolver: Resolver,
  doors: OwnDoors,
  steps: Steps,
  member: Member,
): Promise<void> {
  const { address } = member;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const mail = testMail(address, address, rooms.clock.nowMs());
  const inboxes = await Inboxes.watch(rooms.mail, member.id);
  try {
    await submit(rooms, doors, steps, mail, { member, to: address, parameters: ['', ''] });
    const first = await steps.run('mailbox', async () => {
      const [value] = await inboxes.holding(mail.token);
      if (value === undefined) throw new Error('accepted, and in no mailbox');
      return { value, found: `in ${value.name}` };
    });
    const sent = withoutReturnPath(first);
    await steps.run('signature', async () => {
      const keys = await rooms.trust.signingRecords(domain);
      return { value: null, found: await judgeSignatures(sent, domain, keys, resolver) };
    });
    const { smtp } = doors;
    if (smtp === null) return;
    await steps.run('MX door', async () => {
      const { hostname } = rooms.settings.value.coop;
      const talk = await Conversation.open(doors.dial, smtp, hostname);
      try {
        await talk.expect(`MAIL FROM:<${address}>`, 250);
        await talk.expect(`RCPT TO:<${address}>`, 250);
        const { text } = await talk.message(sent);
        return { value: null, found: `port ${smtp.port} with STARTTLS: ${text}` };
      } finally {
        talk.close();
      }
    });
    await steps.run('checks', async () => {
      const second = (await inboxes.holding(mail.token)).find(
        ({ mailbox, uid }) => mailbox !== first.mailbox || uid !== first.uid,
      );
      if (second === undefined) throw new Error('accepted a second time, and in no mailbox');
      return { value: null, found: verdictOf(second) };
    });
  } finally {
    await inboxes.remove(await inboxes.holding(mail.token));
  }
}

/** As another server would hand it on: what the mailbox put on top is taken off. */
function withoutReturnPath({ bytes }: Found): Buffer {
  const text = bytes.toString('latin1');
  return Buffer.from(text.replace(/^Return-Path:[^\r\n]*\r\n/, ''), 'latin1');
}

/** What the checks of the MX door wrote on top (RFC 8601). From this machine SPF cannot pass: DMARC passes by DKIM. */
function verdictOf({ bytes, name }: Found): Finding {
  const header = bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const field = /^Authentication-Results:((?:[^\r\n]|\r\n[ \t])*)/im.exec(header)?.[1];
  // `mail.checks.exempt`: what comes from this machine is not checked, unless the settings say so.
  if (field === undefined) return `in ${name}; mail from this machine is not checked`;
  const results = [...field.matchAll(/;\s*(spf|dkim|dmarc|arc)=([a-z]+)/gi)].map(
    ([, method, result]) => `${method}=${result}`,
  );
  const said = `in ${name}: ${results.join(', ')}`;
  const good = results.includes('dmarc=pass') && name === 'INBOX';
  return good
    ? said
    : { state: 'warning', said: `${said}; others may not believe it either: see myco dns check` };
}
