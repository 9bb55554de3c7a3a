import { describe, expect, test } from 'vitest';
import { StoreError } from '../base/index.ts';
import { type Actor, anonymous, demand, may, type Privilege, privileges, type Resource } from './access.ts';
import { type Member, scopes } from './types.ts';

const alice: Member = { id: 1, address: 'alice@coop', name: 'A', admin: false, disabled: false, version: 1 };
const bob: Member = { ...alice, id: 2, address: 'bob@coop' };
const root: Member = { ...alice, id: 3, address: 'root@coop', admin: true };
const gone: Member = { ...alice, disabled: true };

const actors = {
  owner: { kind: 'member', member: alice, scopes },
  other: { kind: 'member', member: bob, scopes },
  guest: { kind: 'member', member: bob, scopes },
  administrator: { kind: 'member', member: root, scopes },
  disabled: { kind: 'member', member: gone, scopes },
  nobody: anonymous,
} as const satisfies Record<string, Actor>;

type Who = keyof typeof actors;

const all = Object.keys(privileges) as Privilege[];

/** What belongs to alice; the guest alone was granted everything. */
function resourceFor(who: Who, privilege: Privilege): Resource {
  if (privilege.startsWith('admin:')) return { kind: 'directory' };
  return { kind: 'account', owner: alice.id, granted: who === 'guest' ? all : [] };
}

/** One row per privilege, one column per actor: the whole truth about who may what. */
const matrix: Record<Privilege, Record<Who, boolean>> = {
  'mail:read': row('owner', 'guest'),
  'mail:write': row('owner', 'guest'),
  'files:read': row('owner', 'guest'),
  'files:write': row('owner', 'guest'),
  'mail:submit': row('owner'),
  'account:read': row('owner'),
  'account:write': row('owner'),
  'admin:members': row('administrator'),
  'admin:domains': row('administrator'),
  'admin:aliases': row('administrator'),
};

function row(...allowed: Who[]): Record<Who, boolean> {
  const names = Object.keys(actors) as Who[];
  return Object.fromEntries(names.map((who) => [who, allowed.includes(who)])) as Record<Who, boolean>;
}

describe('access', () => {
  for (const privilege of all) {
    for (const who of Object.keys(actors) as Who[]) {
      const expected = matrix[privilege][who];
      test(`${who} ${expected ? 'may' : 'may not'} ${privilege}`, () => {
        expect(may(actors[who], privilege, resourceFor(who, privilege)).allowed).toBe(expected);
      });
    }
  }

  test('the matrix names every privilege', () => {
    expect(Object.keys(matrix).sort()).toEqual([...all].sort());
  });

  test('a credential is good for its scopes alone', () => {
    const resource: Resource = { kind: 'account', owner: alice.id, granted: [] };
    for (const privilege of all) {
      for (const scope of scopes) {
        const target = privilege.startsWith('admin:') ? ({ kind: 'directory' } as const) : resource;
        const member = privilege.startsWith('admin:') ? root : alice;
        const declared: readonly string[] = privileges[privilege].scopes;
        expect(may({ kind: 'member', member, scopes: [scope] }, privilege, target).allowed).toBe(
          declared.includes(scope),
        );
      }
    }
  });

  test('an administrator does not read mail', () => {
    expect(may(actors.administrator, 'mail:read', { kind: 'account', owner: 1, granted: [] })).toEqual({
      allowed: false,
      because: 'not-owner',
    });
  });

  test('a privilege over the directory says nothing about an account, nor the other way round', () => {
    const account: Resource = { kind: 'account', owner: root.id, granted: [] };
    expect(may(actors.administrator, 'admin:members', account).because).toBe('resource');
    expect(may(actors.administrator, 'mail:read', { kind: 'directory' }).because).toBe('resource');
  });

  test('a grant of one privilege gives no other', () => {
    const read: Resource = { kind: 'account', owner: alice.id, granted: ['mail:read'] };
    expect(may(actors.other, 'mail:read', read)).toEqual({ allowed: true, because: 'granted' });
    expect(may(actors.other, 'mail:write', read).because).toBe('not-owner');
  });

  test('demand throws the reason a protocol can answer', () => {
    const resource: Resource = { kind: 'account', owner: alice.id, granted: [] };
    demand(actors.owner, 'mail:read', resource);
    expect(() => demand(actors.other, 'mail:read', resource)).toThrow(StoreError);
    expect(() => demand(actors.other, 'mail:read', resource)).toThrow('this is not allowed');
    expect(() => demand(actors.disabled, 'mail:read', resource)).toThrow('the account is disabled');
  });
});
