import { describe, expect, test } from 'vitest';
import { normaliseDomain } from '../../formats/address/index.ts';
import { headerFields } from '../../formats/mime/index.ts';
import { openTestSmtp } from '../../testing/index.ts';
import { withoutFields } from '../delivery/header.ts';
import { authservId, forgedResults } from './forged.ts';
import { parentDomainsMax } from './limits.ts';

const ours = new Set(['coop.example', 'mail.coop.example', normaliseDomain('coopératif.example')]);

async function cleaned(header: string): Promise<string> {
  const bytes = Buffer.from(header);
  const fields = headerFields(bytes);
  const forged = await forgedResults(fields, async (domain) => ours.has(domain));
  return withoutFields(bytes, fields, [], forged).toString();
}

describe('results that claim to be ours', () => {
  test.each([
    'Authentication-Results: mail.coop.example; dmarc=pass',
    'authentication-results:mail.coop.example;dmarc=pass',
    'AUTHENTICATION-RESULTS : MAIL.COOP.EXAMPLE 1; dmarc=pass',
    'Authentication-Results:\r\n mail.coop.example;\r\n dmarc=pass',
    'Authentication-Results: (a comment) mail.coop.example; dmarc=pass',
    'Authentication-Results: (nested (and \\) quoted)) (two) mail.coop.example (end) ; dmarc=pass',
    'Authentication-Results: "mail.coop.example"; dmarc=pass',
    'Authentication-Results: "mail\\.coop.example"; dmarc=pass',
    'Authentication-Results: " mail.coop.example "; dmarc=pass',
    'Authentication-Results: mail.coop.example.; dmarc=pass',
    'Authentication-Results: mail.coop.example(x)/1; dmarc=pass',
    'Authentication-Results: coop.example; dmarc=pass',
    'Authentication-Results: mx7.other.coop.example; dmarc=pass',
    'Authentication-Results: coopératif.example; dmarc=pass',
    'Authentication-Results: (never ends mail.coop.example; dmarc=pass',
    'Authentication-Results: "never ends; dmarc=pass',
    'Authentication-Results: ; dmarc=pass',
    'Authentication-Results:',
  ])('%j goes', async (field) => {
    expect(await cleaned(`From: ana@author.example\r\n${field}\r\nSubject: x\r\n\r\n`)).toBe(
      'From: ana@author.example\r\nSubject: x\r\n\r\n',
    );
  });

  test.each([
    'Authentication-Results: mx.other.example; dmarc=pass',
    'Authentication-Results: mx.other.example (mail.coop.example); dmarc=pass',
    'Authentication-Results: notcoop.example; dmarc=pass',
    'ARC-Authentication-Results: i=1; mail.coop.example; dmarc=pass',
    'X-Authentication-Results: mail.coop.example; dmarc=pass',
  ])('%j stays', async (field) => {
    const header = `${field}\r\nFrom: ana@author.example\r\n\r\n`;
    expect(await cleaned(header)).toBe(header);
  });

  test('parentDomainsMax bounds how often we are asked about one name, and each name is asked about once', async () => {
    const asked: string[] = [];
    const id = `${'a.'.repeat(100)}coop.example`;
    const fields = headerFields(Buffer.from(`Authentication-Results: ${id}; x=y\r\n`.repeat(5)));
    const forged = await forgedResults(fields, async (domain) => {
      asked.push(domain);
      return domain === 'coop.example';
    });
    expect(forged.size).toBe(5);
    expect(asked.length).toBeLessThanOrEqual(parentDomainsMax + 1);
  });

  test('authservId reads what stands first', () => {
    expect(authservId('EXAMPLE.com; none')).toBe('example.com');
    expect(authservId('not_a(x) domain; none')).toBe('not_a');
  });

  test('over the wire they are gone from what is kept', async () => {
    const smtp = await openTestSmtp();
    try {
      const client = await smtp.connect('smtp');
      const say = async (line: string) => {
        await client.send(`${line}\r\n`);
        return String(await client.readLine());
      };
      await client.readLine();
      await say('HELO out.example');
      await say('MAIL FROM:<x@out.example>');
      await say('RCPT TO:<ana@coop.localhost>');
      await say('DATA');
      const answer = await say(
        'Authentication-Results: mail.coop.localhost; dmarc=pass\r\nFrom: x@out.example\r\nAuthentication-Results: other.example; x=y\r\n\r\nhi\r\n.',
      );
      expect(answer).toMatch(/^250/);
      const [kept] = await smtp.messages(smtp.members.ana);
      expect(kept).not.toContain('dmarc=pass');
      expect(kept).toContain('Authentication-Results: other.example; x=y');
    } finally {
      await smtp.close();
    }
  });
});
