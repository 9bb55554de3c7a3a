import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webAddress } from '../../../web/index.ts';
import { type Demo, startDemo } from './fixtures.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo(12);
}, 120_000);
afterAll(() => demo.suite.stop());

const refused = (code: string) => ({ error: expect.objectContaining({ code }) });
const board = 'presidence';
const treasurer = 'tresorerie';

describe('a decision', () => {
  const agm = ['coop', 'decision', 'add', 'agm:1', '--kind', 'assembly', '--title', 'Accounts'];

  test('is written down once, with the hash of its minutes', async () => {
    writeFileSync(demo.path('minutes.pdf'), 'what was said');
    const hash = createHash('sha256').update('what was said').digest('hex');
    const added = await demo.type([...agm, '--minutes', 'minutes.pdf', '--on', '2025-06-20'], board);
    expect(added).toMatchObject({ status: 0, err: '' });
    expect(added.out).toContain(`SHA-256 ${hash}`);
    expect(await demo.json(['coop', 'decision', 'list'])).toEqual([
      expect.objectContaining({ reference: 'agm:1', kind: 'assembly', on: '2025-06-20', document: hash }),
    ]);
    expect((await demo.type(['coop', 'decision', 'list'])).out).toBe(
      '2025-06-20  assembly  agm:1  Accounts\n',
    );
    expect(await demo.json([...agm, '--minutes', 'minutes.pdf'], board)).toEqual(refused('E_REFERENCE'));
  });

  test('its minutes are told from another document', async () => {
    const show = ['coop', 'decision', 'show', 'agm:1'];
    expect((await demo.type(show)).out).toContain('2025-06-20');
    expect(await demo.type([...show, '--minutes', 'minutes.pdf'])).toMatchObject({ status: 0 });
    writeFileSync(demo.path('other.pdf'), 'what was not said');
    expect(await demo.type([...show, '--minutes', 'other.pdf'])).toMatchObject({
      ...{ status: 1, out: expect.stringContaining('is another document') },
    });
    expect(await demo.json(['coop', 'decision', 'show', 'none'])).toEqual(refused('E_DECISION'));
  });

  test.each([
    ['of an assembly without minutes', agm, board, 'E_DECISION'],
    ['of tomorrow', [...agm, '--on', '2999-01-01', '--minutes', 'minutes.pdf'], board, 'E_DATE'],
    ['on no day', [...agm, '--on', '2025-02-30', '--minutes', 'minutes.pdf'], board, 'E_DATE'],
    ['by who may not', [...agm, '--minutes', 'minutes.pdf'], treasurer, 'E_PRIVILEGE'],
  ])('%s is refused', async (_, line, as, code) => {
    expect(await demo.json(line, as)).toEqual(refused(code));
    expect(await demo.type(line, as)).toMatchObject({ status: 1, out: '' });
  });

  test.each([
    ['of no kind', [...agm.slice(0, 4), '--title', 'x']],
    ['of another kind', [...agm.slice(0, 4), '--kind', 'whim', '--title', 'x']],
    ['by nobody', agm],
  ])('%s is no command', async (name, line) => {
    const typed = await demo.type(line, name === 'by nobody' ? undefined : board);
    expect(typed).toMatchObject({ status: 2, out: '' });
  });

  test('minutes that are not there are named', async () => {
    const typed = await demo.type([...agm, '--minutes', 'gone.pdf'], board);
    expect(typed).toMatchObject({ status: 1, err: expect.stringContaining('gone.pdf: it, or its folder') });
  });
});

/** The first member with shares, by number. */
async function holder(): Promise<{ number: number; name: string; shares: number }> {
  const all = (await demo.json(['coop', 'member', 'list'])) as { standing: string; shares: number }[];
  return all.find(({ standing, shares }) => standing === 'active' && shares > 0) as never;
}

describe('a certificate', () => {
  test('is written as PDF and as JSON, and its code says what the register says', async () => {
    const { number, shares } = await holder();
    const made = await demo.json(['coop', 'certificate', 'make', String(number), 'c.pdf'], 'audit');
    expect(made).toMatchObject({ member: number, shares, code: expect.stringMatching(/^[a-z2-7]{24}$/) });
    const { coop, settings } = demo.suite.rooms;
    const verdict = await coop.certificates.verify(made.code);
    // Its code can be scanned: it leads to the page that judges it.
    const page = webAddress(settings.value, `/verify?code=${made.code}`);
    expect(page).toMatch(/^https:/);
    const paper = verdict && (await coop.certificates.pdf(verdict.certificate, page));
    expect(readFileSync(demo.path('c.pdf')).equals(paper ?? Buffer.of())).toBe(true);
    const told = await demo.type(['coop', 'certificate', 'make', String(number), 'c.json'], treasurer);
    expect(told).toMatchObject({ status: 0, out: expect.stringContaining(`code ${made.code}\n`) });
    expect(JSON.parse(readFileSync(demo.path('c.json'), 'utf8'))).toMatchObject({ code: made.code });
    const verified = await demo.type(['coop', 'certificate', 'verify', made.code]);
    expect(verified).toMatchObject({ status: 0, out: expect.stringContaining('the register says the same') });
  });

  test('that nobody made, or that the register denies, ends with 1', async () => {
    expect(await demo.type(['coop', 'certificate', 'verify', 'none'])).toMatchObject({ status: 1 });
    expect(await demo.json(['coop', 'certificate', 'verify', 'none'])).toMatchObject({ holds: false });
  });

  test('is of shares that are held, of a day that has come, in a new file', async () => {
    const number = String((await holder()).number);
    const make = ['coop', 'certificate', 'make'];
    const unknown = [...make, '99', 'd.json'];
    expect(await demo.json(unknown, treasurer)).toEqual(refused('E_NOT_FOUND'));
    const early = [...make, number, 'd.json', '--on', '1990-01-01'];
    expect(await demo.json(early, treasurer)).toEqual(refused('E_SHARES'));
    const late = [...make, number, 'd.json', '--on', '2999-01-01'];
    expect(await demo.json(late, treasurer)).toEqual(refused('E_DATE'));
    expect(await demo.json([...make, number, 'd.json'], 'administration')).toMatchObject({
      member: Number(number),
    });
    expect(await demo.type([...make, number, 'd.json'], treasurer)).toMatchObject({
      ...{ status: 1, err: expect.stringContaining('it is there already') },
    });
    expect(await demo.type([...make, number, 'd.txt'], treasurer)).toMatchObject({ status: 2 });
    expect(existsSync(demo.path('d.txt'))).toBe(false);
  });
});

describe('the register', () => {
  test('of a day is a line for each member of that day', async () => {
    const day = `${demo.year}-12-31`;
    const told = await demo.json(['coop', 'member', 'register', 'register.csv', '--on', day]);
    const [head, ...lines] = readFileSync(demo.path('register.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('member,kind,name,address,country,admission,shares,nominal,uncalled,capital,votes');
    const { shares, members, capital } = await demo.json(['coop', 'share', 'capital', '--on', day]);
    expect(told).toMatchObject({ on: day, members });
    const sum = (column: number) =>
      lines.reduce((all, line) => all + Number(line.split(',').at(column - 11)), 0);
    expect([sum(6), sum(9), sum(10)]).toEqual([shares, capital, members]);
    expect(shares).toBeGreaterThan(0);
  });

  test('of the day before the first movement has its head alone', async () => {
    await demo.type(['coop', 'member', 'register', 'empty.csv', '--on', '1990-01-01']);
    expect(readFileSync(demo.path('empty.csv'), 'utf8').split('\n')).toHaveLength(2);
  });

  test('of no day is refused, and leaves no file', async () => {
    const line = ['coop', 'member', 'register', 'none.csv', '--on', '2025-02-30'];
    expect(await demo.json(line)).toEqual(refused('E_DATE'));
    expect(existsSync(demo.path('none.csv'))).toBe(false);
    expect(await demo.type([...line.slice(0, 5), 'soon'])).toMatchObject({ status: 2 });
  });
});

const known = ['--address', '1 rue Haute', '--country', 'FR', '--birth', '1980-02-29'];

describe('what is kept of a person', () => {
  test('is a zip for them, found by their number or their address', async () => {
    const { number } = await holder();
    const line = ['coop', 'member', 'export', String(number), 'person.zip'];
    expect(await demo.json(line, 'administration')).toMatchObject({ number });
    expect(readFileSync(demo.path('person.zip'), 'latin1')).toMatch(/^PK.*person\.json/s);
    expect(await demo.type(line, treasurer)).toMatchObject({ status: 1 });
    const nobody = ['coop', 'member', 'export', 'audit', 'audit.zip'];
    const refusedTo = await demo.type(nobody, treasurer);
    expect(refusedTo).toMatchObject({ status: 1, err: expect.stringContaining("nobody's in the register") });
    expect((await demo.type(['coop', 'member', 'export', String(number)], treasurer)).status).toBe(2);
  });

  test('goes when they ask, and not while they hold shares or are owed anything', async () => {
    const { number } = await holder();
    const erase = (person: number) => ['coop', 'member', 'erase', String(person)];
    expect(await demo.json(erase(number), treasurer)).toEqual(refused('E_STATE'));
    const { number: gone } = await demo.json(
      ['coop', 'member', 'add', '--name', 'Ada Who', ...known],
      treasurer,
    );
    const asked = await demo.json(['coop', 'share', 'subscribe', String(gone), '1'], treasurer);
    expect(await demo.json(erase(gone), treasurer)).toEqual(refused('E_STATE'));
    await demo.json(['coop', 'share', 'withdraw', String(asked.id)], treasurer);
    expect(await demo.json(erase(gone), 'audit')).toEqual(refused('E_PRIVILEGE'));
    expect(await demo.type(erase(gone), treasurer)).toMatchObject({
      ...{ status: 0, out: expect.stringContaining(`${gone} is erased`) },
    });
    expect((await demo.type(['coop', 'member', 'show', String(gone)])).out).not.toContain('Ada');
  });

  test('stays while what they paid for shares is to be given back', async () => {
    const { coop, accounts } = demo.suite.rooms;
    const { number } = await demo.json(['coop', 'member', 'add', '--name', 'Bo Who', ...known], treasurer);
    const asked = await demo.json(['coop', 'share', 'subscribe', String(number), '1'], treasurer);
    const { id = 0 } = (await accounts.accounts.byAddress('tresorerie@coop.localhost')) ?? {};
    const paid = { amount: asked.due, on: coop.today(), from: 'bank:main', key: 'paid' };
    await coop.register.receive(await coop.actor(id, 'cli'), asked.id, paid);
    const refuse = ['coop', 'share', 'refuse', String(asked.id), '--decision', 'CA 7'];
    expect(await demo.json(refuse, board)).toMatchObject({ state: 'refused' });
    const erase = ['coop', 'member', 'erase', String(number)];
    expect(await demo.json(erase, treasurer)).toEqual(refused('E_OWED'));
  });
});
