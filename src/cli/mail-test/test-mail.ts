import { randomToken } from '../../base/index.ts';

/** A message that is known again by its token. */
export interface TestMail {
  readonly token: string;
  readonly bytes: Buffer;
}

export function testMail(from: string, to: string, nowMs: number): TestMail {
  const token = `myco-mail-test-${randomToken(80)}`;
  const date = new Date(nowMs).toUTCString().replace('GMT', '+0000');
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const lines = [
    `From: <${from}>`,
    `To: <${to}>`,
    'Subject: A test of this mail server',
    `Date: ${date}`,
    `Message-ID: <${token}@${domain}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    // RFC 3834 §5: nobody answers it by itself.
    'Auto-Submitted: auto-generated',
    '',
    'This message was sent by `myco mail test` to see whether mail goes through.',
    'You need not do anything.',
    '',
  ];
  return { token, bytes: Buffer.from(lines.join('\r\n')) };
}
