import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserAnswer, startSuite, type TestSuite, testBrowser } from '../testing/index.ts';

/** Of one account from one address, as accounts has it. */
const pairFreeFailures = 5;

// A suite of its own: from then on every attempt from this machine waits.
let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { languages: ['en'] } } });
});
afterAll(() => suite.stop());

test('guesses of links and of passwords are slowed down', async () => {
  await suite.addMember('ana', 'correct horse');
  const browser = testBrowser(suite.ports.https, suite.authority);
  /** Every refusal waits twice as long as the one before, so on a slow machine it merely takes a few more. */
  async function until429(attempt: (at: number) => Promise<BrowserAnswer>) {
    const answers: BrowserAnswer[] = [];
    for (let at = 0; at < 20 && answers.at(-1)?.status !== 429; at++) answers.push(await attempt(at));
    const last = answers.pop();
    expect(answers.length).toBeGreaterThan(pairFreeFailures);
    return { last, before: new Set(answers.map(({ status }) => status)) };
  }

  const links = await until429((at) =>
    browser.get(`/sign-in/${'abcdefghijklmnopqrst'.charAt(at).repeat(26)}`),
  );
  expect([...links.before, links.last?.status]).toEqual([404, 429]);
  expect(links.last?.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(links.last?.text).toContain('Too many attempts');
  // Guessed links count against links alone, until there are many of them.
  await browser.get('/sign-in');
  const logins = await until429((at) =>
    browser.post('/sign-in', { address: 'ana', password: `wrong ${at}` }),
  );
  expect([...logins.before, logins.last?.status]).toEqual([401, 429]);
});
