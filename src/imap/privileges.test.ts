import { expect, test } from 'vitest';
import { privileges } from '../accounts/index.ts';
import { silentLog } from '../observability/index.ts';
import { standardFeatures } from './server.ts';
import type { Services } from './session/session.ts';
import { Session } from './session/session.ts';

/** What a command may do to the account, command by command: a new one must be added here on purpose. */
const expected: Record<string, string | null> = {
  APPEND: 'mail:write',
  COPY: 'mail:write',
  CREATE: 'mail:write',
  DELETE: 'mail:write',
  EXPUNGE: 'mail:write',
  MOVE: 'mail:write',
  RENAME: 'mail:write',
  STORE: 'mail:write',
  SUBSCRIBE: 'mail:write',
  UNSUBSCRIBE: 'mail:write',
  'UID EXPUNGE': 'mail:write',
  DELETEACL: 'mail:write',
  SETACL: 'mail:write',
  SETMETADATA: 'mail:write',
  GETMETADATA: 'mail:read',
  GETACL: 'mail:read',
  LISTRIGHTS: 'mail:read',
  MYRIGHTS: 'mail:read',
  CHECK: 'mail:read',
  CLOSE: 'mail:read',
  EXAMINE: 'mail:read',
  FETCH: 'mail:read',
  GETQUOTA: 'mail:read',
  GETQUOTAROOT: 'mail:read',
  IDLE: 'mail:read',
  LIST: 'mail:read',
  LSUB: 'mail:read',
  NAMESPACE: 'mail:read',
  SEARCH: 'mail:read',
  SELECT: 'mail:read',
  STATUS: 'mail:read',
  UNSELECT: 'mail:read',
};

/** These touch nobody's data; a command that is open before login must be among them. */
const free = new Set([
  'AUTHENTICATE',
  'CAPABILITY',
  'COMPRESS',
  'ENABLE',
  'ID',
  'LOGIN',
  'LOGOUT',
  'NOOP',
  'STARTTLS',
  'UNAUTHENTICATE',
]);

test('every command names its privilege, and none that touches mail is open before login', () => {
  for (const { name, privilege, states } of standardFeatures.commands.values()) {
    if (privilege === null) expect(free, name).toContain(name);
    else {
      expect(Object.keys(privileges), name).toContain(privilege);
      expect(states, name).not.toContain('not-authenticated');
    }
    if (name in expected) expect(privilege, name).toBe(expected[name]);
  }
  for (const name of Object.keys(expected)) expect(standardFeatures.commands.has(name), name).toBe(true);
});

test('a session of nobody, or of a disabled member, is refused by privilege alone', () => {
  const connection = { onDrain: () => {}, lines: () => ({}) };
  const services = { features: standardFeatures, log: silentLog } as unknown as Services;
  const session = Object.create(Session.prototype, {
    services: { value: services },
    connection: { value: connection },
    member: { value: null, writable: true },
  }) as Session;
  expect(() => session.demand('mail:read')).toThrow();
  const member = { id: 1, address: 'a@x', name: '', admin: false, disabled: true, version: 1 };
  session.member = member;
  expect(() => session.demand('mail:read')).toThrow('disabled');
  session.member = { ...member, disabled: false };
  expect(() => session.demand('mail:write')).not.toThrow();
  expect(() => session.demand('admin:members')).toThrow('not allowed');
});
