import type { Member } from '../../accounts/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { Conversation } from './conversation.ts';
import type { OwnDoors } from './doors.ts';
import type { Steps } from './steps.ts';
import type { TestMail } from './test-mail.ts';

/** Sends as the member does: its door, TLS, a password of its own that ends with the test. */
export async function submit(
  rooms: Rooms,
  doors: OwnDoors,
  steps: Steps,
  mail: TestMail,
  envelope: { readonly member: Member; readonly to: string; readonly parameters: readonly [string, string] },
): Promise<void> {
  const { member, to } = envelope;
  const { hostname } = rooms.settings.value.coop;
  const { admin } = rooms.accounts;
  const talk = await steps.run('submission door', async () => {
    const value = await Conversation.open(doors.dial, doors.submission, hostname);
    return {
      value,
      found: `${doors.submission.door} on port ${doors.submission.port}, certificate valid for ${hostname}`,
    };
  });
  const secret = await admin.addAppPassword(member.id, 'myco mail test', ['submission']);
  try {
    await steps.run('sign-in', async () => {
      const plain = Buffer.from(`\0${member.address}\0${secret.password}`).toString('base64');
      await talk.expect(`AUTH PLAIN ${plain}`, 235, 'AUTH PLAIN');
      return { value: null, found: `as ${member.address}` };
    });
    await steps.run('submission', async () => {
      const [mailParameters, rcptParameters] = envelope.parameters;
      await talk.expect(`MAIL FROM:<${member.address}>${mailParameters}`, 250);
      await talk.expect(`RCPT TO:<${to}>${rcptParameters}`, 250);
      const { text } = await talk.message(mail.bytes);
      return { value: null, found: text };
    });
  } finally {
    talk.close();
    await admin.revokeAppPassword(member.id, secret.id);
  }
}
