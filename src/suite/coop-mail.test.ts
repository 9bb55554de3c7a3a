import { expect, test } from 'vitest';
import type { Actor } from '../coop/index.ts';
import { startSuite } from '../testing/index.ts';

const treasurer: Actor = { account: 90, member: 0, roles: ['treasurer'], via: 'cli' };

test('a member finds in their mailbox that somebody asked for them to be paid elsewhere', async () => {
  const suite = await startSuite({ settings: { coop: { languages: ['fr', 'en'] } } });
  try {
    const { coop, mail } = suite.rooms;
    const { id: account } = await suite.addMember('lea@coop.localhost', 'correct horse battery');
    const person = {
      kind: 'natural',
      name: 'Léa',
      address: '1 rue',
      country: 'FR',
      birth: '1980-02-29',
    } as const;
    const details = { ...person, iban: 'FR1420041010050500013M02606', holder: '' };
    const { number } = await coop.persons.add(treasurer, { details, account, key: 'a' });
    await coop.register.apply(treasurer, { person: number, shares: 1, key: 'b' });
    const change = { iban: 'DE89370400440532013000' };
    await coop.persons.change(treasurer, { number, change, key: 'c' });
    const { id: inbox } = await mail.find(account, 'INBOX');
    const emails = async () => {
      const all: number[] = [];
      for await (const page of mail.scan(account, inbox, 1, 1_000))
        all.push(...page.map(({ email }) => email));
      return all;
    };
    await expect.poll(emails, { timeout: 20_000 }).toHaveLength(1);
    const [content] = [...(await mail.contents(account, await emails())).values()];
    expect(content?.preview).toContain('se termine par 3000');
    expect(content?.envelope).toContain('postmaster');
  } finally {
    await suite.stop();
  }
}, 60_000);
