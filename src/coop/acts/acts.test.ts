import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { unguarding, verifyAll } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { actor, describeCoops, refused, testHouse } from '../fixtures.ts';
import { coopModule, coopOperations as operations } from '../store/module.ts';
import { coopGuards } from '../store/tables.ts';
import { Acts } from './acts.ts';
import { actLink, actsStart, bodyHash } from './chain.ts';
import {
  actKeyCharactersMax,
  answerCharactersMax,
  referenceCharactersMax,
  subjectCharactersMax,
  titleCharactersMax,
  verbCharactersMax,
} from './limits.ts';
import { may, privileges } from './privileges.ts';
import type { ActsQueries } from './queries.ts';
import { answerAct, noteAct } from './scripts/note.ts';
import { type Act, type Actor, type Decision, type DecisionKind, type Role, roles } from './types.ts';

describe('privileges', () => {
  test.each<[Role, string]>([
    ['member', ''],
    [
      'treasurer',
      'register.read register.write ledger.read ledger.write bank.import bank.match invoice.write pay.prepare pay.approve year.close acts.read',
    ],
    [
      'board',
      'register.read register.write admission.decide decision.record ledger.read bank.match pay.approve year.close acts.read',
    ],
    ['auditor', 'register.read ledger.read acts.read'],
    ['administrator', 'register.read roles.grant acts.read'],
  ])('a %s may: %s', (role, words) => {
    const names = Object.keys(privileges) as (keyof typeof privileges)[];
    const may1 = names.filter((name) => name !== 'public' && may(actor(1, role), name));
    expect(may1.join(' ')).toBe(words);
  });

  test('what is about a member is theirs, and nobody is the member 0', () => {
    expect(may(actor(5), 'own', 5)).toBe(true);
    expect(may(actor(5), 'own', 6)).toBe(false);
    expect(may({ member: 0, roles: [] }, 'own', 0)).toBe(false);
    expect(may({ member: 0, roles: [] }, 'public')).toBe(true);
  });
});

describe('what is kept of an act', () => {
  const q = {} as ActsQueries;
  const act = { actor: actor(1), verb: 'v', subject: 's', key: 'k', bodyHash: '', now: 0 };

  test.each([
    ['verb', verbCharactersMax],
    ['subject', subjectCharactersMax],
    ['key', actKeyCharactersMax],
  ])('a %s of %i characters and no more', (name, most) => {
    const noted = (text: string) => noteAct(q, { ...act, [name]: text }).next();
    expect(noted('x'.repeat(most))).toMatchObject({ done: false });
    for (const wrong of ['x'.repeat(most + 1), '', 'a\u0000', '\ud800'])
      expect(() => noted(wrong)).toThrow(refused('E_TEXT'));
  });

  test('an answer of so many characters and no more', () => {
    const kept = (characters: number) => answerAct(q, { act: 1, answer: 'x'.repeat(characters - 2) }).next();
    expect(kept(answerCharactersMax)).toMatchObject({ done: false });
    expect(() => kept(answerCharactersMax + 1)).toThrow(refused('E_LIMIT'));
  });
});

describeCoops('acts', (engine, rules) => {
  let stores: TestStores;
  let acts: Acts;
  const terminal: Actor = { ...actor(1), via: 'cli' };
  const boss = actor(1, 'administrator');
  const give = (by: Actor, account: number, role: Role, key: string, gives = true) =>
    acts.changeRole(by, { account, role, give: gives, key });
  const log = async (subject = '') => {
    const all: Act[] = [];
    for await (const page of acts.log({ subject })) all.push(...page);
    return all;
  };

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1));
    stores = await openTestStores(engine, { clock });
    acts = new Acts(testHouse(stores, clock, rules));
  });
  afterEach(() => stores.close());

  test('roles are given and taken, and every act of it is kept', async () => {
    expect(await give(terminal, 1, 'administrator', 'a')).toEqual(['administrator']);
    expect(await give(boss, 2, 'treasurer', 'b')).toEqual(['treasurer']);
    expect(await give(boss, 2, 'board', 'c')).toEqual(['treasurer', 'board']);
    expect(await give(boss, 2, 'treasurer', 'd', false)).toEqual(['board']);
    expect(await acts.rolesOf(2)).toEqual(['board']);
    expect(await acts.roles()).toEqual([
      { account: 1, role: 'administrator' },
      { account: 2, role: 'board' },
    ]);
    const all = await log();
    expect(all.map(({ n, verb, subject }) => `${n} ${verb} ${subject}`)).toEqual([
      '1 role.grant account:1:administrator',
      '2 role.grant account:2:treasurer',
      '3 role.grant account:2:board',
      '4 role.revoke account:2:treasurer',
    ]);
    expect(all[0]).toMatchObject({ account: 1, via: 'cli', roles: [] });
    expect(all[1]).toMatchObject({ account: 1, via: 'api', roles: ['administrator'] });
    expect((await log('account:2:treasurer')).map(({ n }) => n)).toEqual([2, 4]);
  });

  test('the same key answers what was done, for the same thing alone and for the same account', async () => {
    await give(terminal, 1, 'administrator', 'a');
    await give(boss, 2, 'treasurer', 'b');
    await give(boss, 2, 'board', 'c');
    expect(await give(boss, 2, 'treasurer', 'b')).toEqual(['treasurer']);
    expect(await log()).toHaveLength(3);
    await expect(give(boss, 3, 'treasurer', 'b')).rejects.toEqual(refused('E_KEY_REUSED'));
    await expect(give(boss, 2, 'treasurer', 'b', false)).rejects.toEqual(refused('E_KEY_REUSED'));
    await give(boss, 3, 'administrator', 'd');
    expect(await give(actor(3), 4, 'board', 'b')).toEqual(['board']);
  });

  test('who may not is refused, and nothing is kept of it', async () => {
    await expect(give(actor(1), 1, 'administrator', 'a')).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(give(terminal, 1, 'treasurer', 'a')).rejects.toEqual(refused('E_ROLE'));
    await give(terminal, 1, 'administrator', 'a');
    await expect(give(terminal, 1, 'treasurer', 'b')).rejects.toEqual(refused('E_ROLE'));
    await expect(give(boss, 1, 'administrator', 'b', false)).rejects.toEqual(refused('E_ROLE'));
    // What the caller says of its roles is not what they are.
    await expect(give(actor(9, 'administrator'), 9, 'board', 'b')).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(give({ ...actor(9), via: 'cli' }, 9, 'administrator', 'b')).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
    await expect(give(boss, 2, 'constructor' as Role, 'b')).rejects.toEqual(refused('E_ROLE'));
    expect(await log()).toHaveLength(1);
  });

  test('many at once stand in line, and the chain of them holds', async () => {
    await give(terminal, 1, 'administrator', 'a');
    await Promise.all(Array.from({ length: 30 }, (_, at) => give(boss, at + 2, 'member', `k${at}`)));
    const all = await log();
    let before = actsStart;
    for (const act of all) {
      const { account, role, gives } = asked(act);
      before = actLink(before, {
        ...{ ...act, roles: act.roles.join(' ') },
        body: bodyHash({ account, role, give: gives }),
      });
      expect(act.hash).toBe(before);
    }
    expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 31 }, (_, at) => at + 1));
  });

  const asked = ({ subject, verb }: Act) => {
    const [, account = '', role = ''] = subject.split(':');
    return { account: Number(account), role, gives: verb === 'role.grant' };
  };

  const decision = {
    ...{ reference: 'agm-2026:7', kind: 'assembly' as const, on: '2026-03-31' },
    ...{ title: 'accounts of 2025', document: 'ab'.repeat(32) },
  };
  const board = actor(2, 'board');

  test('a decision is recorded once, and referred to', async () => {
    const recorded = await acts.decide(board, { ...decision, key: 'a' });
    expect(recorded).toEqual({ ...decision, act: 1 });
    expect(await acts.decide(board, { ...decision, key: 'a' })).toEqual(recorded);
    expect(await acts.decision('agm-2026:7')).toEqual(recorded);
    const other = { ...decision, title: 'other', key: 'b' };
    await expect(acts.decide(board, other)).rejects.toEqual(refused('E_REFERENCE'));
    await expect(acts.decision('agm-2026:8')).rejects.toEqual(refused('E_DECISION'));
    const pages: Decision[] = [];
    for await (const page of acts.decisions()) pages.push(...page);
    expect(pages).toEqual([recorded]);
    expect((await log()).map(({ verb, subject }) => `${verb} ${subject}`)).toEqual([
      'decision.record decision:agm-2026:7',
    ]);
    const kinds = (...kinds: DecisionKind[]) =>
      stores.database.call(operations.decision, { reference: 'agm-2026:7', kinds });
    expect(await kinds('board', 'assembly')).toEqual(recorded);
    await expect(kinds('admission')).rejects.toEqual(refused('E_DECISION'));
  });

  test.each<[string, object]>([
    ['E_DECISION', { document: '' }],
    ['E_DECISION', { document: 'AB'.repeat(32) }],
    ['E_DECISION', { kind: 'constructor' }],
    ['E_DATE', { on: '2026-04-02' }],
    ['E_DATE', { on: '2026-02-30' }],
    ['E_TEXT', { title: '' }],
    ['E_TEXT', { title: 't'.repeat(titleCharactersMax + 1) }],
    ['E_TEXT', { reference: 'r'.repeat(referenceCharactersMax + 1) }],
  ])('%s: %j', async (code, change) => {
    await expect(acts.decide(board, { ...decision, ...change, key: 'a' })).rejects.toEqual(refused(code));
    expect(await log()).toEqual([]);
  });

  test('a reference and a title of so many characters; a board may have no minutes; a member may not decide', async () => {
    const most = { reference: 'r'.repeat(referenceCharactersMax), title: 't'.repeat(titleCharactersMax) };
    const small = { ...decision, ...most, kind: 'board' as const, document: '', key: 'a' };
    expect(await acts.decide(board, small)).toMatchObject(most);
    await expect(acts.decide(actor(3, 'member'), { ...decision, key: 'a' })).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
  });

  test('`myco verify` finds each kind of damage', async () => {
    await give(terminal, 1, 'administrator', 'a');
    await give(boss, 2, 'board', 'b');
    await give(boss, 2, 'board', 'b2');
    await acts.decide(board, { ...decision, key: 'c' });
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
    const faults = async () => (await verifyAll({ ...stores, modules: [coopModule] })).join('\n');
    await stores.damage(`INSERT INTO acts_roles (account, role, act) VALUES (9, 'treasurer', 2)`);
    expect(await faults()).toBe('role treasurer of account 9: no act 2 gave it');
    await stores.damage('DELETE FROM acts_roles WHERE account = 9 OR account = 2');
    expect(await faults()).toBe('role account:2:board: act 2 gave it, and it is not there');
    await stores.damage(`INSERT INTO acts_roles (account, role, act) VALUES (2, 'board', 2)`);
    await stores.damage(
      `INSERT INTO acts_decisions (act, reference, kind, day, title, document) VALUES (2, 'x', 'board', '', '', '')`,
    );
    expect(await faults()).toBe('decision x: act 2 did not record it');
    for (const guard of coopGuards.filter(({ table }) => table === 'acts_decisions'))
      for (const statement of unguarding(guard, engine.name)) await stores.damage(statement);
    await stores.damage(`DELETE FROM acts_decisions WHERE reference = 'x'`);
    for (const [column, was] of Object.entries({
      title: decision.title,
      day: decision.on,
      kind: decision.kind,
    })) {
      await stores.damage(`UPDATE acts_decisions SET ${column} = 'other'`);
      expect(await faults(), column).toBe(`decision ${decision.reference}: is not what act 4 recorded`);
      await stores.damage(`UPDATE acts_decisions SET ${column} = '${was}'`);
    }
    expect(await faults()).toBe('');
    await stores.damage(`UPDATE acts_head SET n = 3`);
    expect(await faults()).toContain('acts: the head says 3, and the last one is 4');
    await stores.damage(
      `INSERT INTO acts_log (n, at, account, member, via, roles, verb, subject, key, body, hash, answer) VALUES (5, 0, 1, 1, '', '', 'v', 's', 'k', '', '', '')`,
    );
    expect(await faults()).toContain('act 5: its hash is not that of what it says');
  });

  test('the database itself refuses what nobody may do', async () => {
    await give(terminal, 1, 'administrator', 'a');
    await acts.decide(board, { ...decision, key: 'c' });
    for (const [statement, complaint] of [
      [`UPDATE acts_log SET verb = 'x'`, 'immutable'],
      [`UPDATE acts_log SET answer = 'x'`, 'immutable'],
      ['DELETE FROM acts_log', 'immutable'],
      [`UPDATE acts_decisions SET title = 'x'`, 'immutable'],
      ['DELETE FROM acts_decisions', 'immutable'],
      [
        `INSERT INTO acts_log (n, at, account, member, via, roles, verb, subject, key, body, hash, answer) VALUES (4, 0, 1, 1, '', '', '', '', '', '', '', '')`,
        'gap',
      ],
    ] as const)
      await expect(stores.damage(statement), statement).rejects.toThrow(complaint);
    expect(roles).toHaveLength(5);
  });
});
