import { describe, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { createIntrospection, type IntrospectionOptions } from './introspection.ts';
import {
  introspectionAnswerBytesMax,
  introspectionMsMax,
  introspectionsMax,
  tokenBytesMax,
  tokenCacheEntriesMax,
  tokenCacheMs,
} from './limits.ts';

type Form = Parameters<IntrospectionOptions['post']>[0];

function introspection(answer: unknown, more: Partial<IntrospectionOptions> = {}) {
  const clock = fakeClock();
  const asked: Form[] = [];
  const state = { status: 200, body: answer };
  const verifier = createIntrospection({
    endpoint: new URL('https://id.example/introspect'),
    claim: 'username',
    audience: null,
    scope: null,
    configuration: null,
    clock,
    async post(form) {
      asked.push(form);
      const body = typeof state.body === 'string' ? state.body : JSON.stringify(state.body);
      return { status: state.status, body: Buffer.from(body) };
    },
    ...more,
  });
  return { verifier, clock, asked, state };
}

const active = { active: true, username: 'ana' };
const seconds = (ms: number) => ms / 1000;

describe('what the issuer says (RFC 7662 §2.2)', () => {
  const now = seconds(fakeClock().nowMs());
  test.each<[string, unknown, Partial<IntrospectionOptions>, unknown]>([
    ['active', active, {}, { username: 'ana', scoped: true }],
    ['not active', { ...active, active: false }, {}, null],
    ['active in words only', { ...active, active: 'true' }, {}, null],
    ['nothing said', { username: 'ana' }, {}, null],
    [
      'not yet expired',
      { ...active, exp: now + 1 },
      {},
      { username: 'ana', scoped: true, expiresAtMs: (now + 1) * 1000 },
    ],
    ['expired', { ...active, exp: now }, {}, null],
    ['not valid yet', { ...active, nbf: now + 1 }, {}, null],
    ['valid now', { ...active, nbf: now }, {}, { username: 'ana', scoped: true }],
    ['another claim', { ...active, email: 'ana@b' }, { claim: 'email' }, { username: 'ana@b', scoped: true }],
    ['for us', { ...active, aud: 'myco' }, { audience: 'myco' }, { username: 'ana', scoped: true }],
    [
      'for us too',
      { ...active, aud: ['x', 'myco'] },
      { audience: 'myco' },
      { username: 'ana', scoped: true },
    ],
    ['for others', { ...active, aud: ['x', 'myco2'] }, { audience: 'myco' }, null],
    ['for nobody', active, { audience: 'myco' }, null],
    ['with the scope', { ...active, scope: 'a mail' }, { scope: 'mail' }, { username: 'ana', scoped: true }],
    ['with another', { ...active, scope: 'email' }, { scope: 'mail' }, { username: 'ana', scoped: false }],
    ['with none', active, { scope: 'mail' }, { username: 'ana', scoped: false }],
  ])('%s', async (_, answer, more, expected) => {
    expect(await introspection(answer, more).verifier.verify('t')).toEqual(expected);
  });

  test.each<[unknown, RegExp]>([
    ['<html>', /no JSON/],
    ['null', /no JSON object/],
    ['3', /no JSON object/],
    [{ active: true }, /under the configured claim/],
    [{ active: true, username: '' }, /under the configured claim/],
    [{ active: true, username: 3 }, /under the configured claim/],
    [{ ...active, exp: 'soon' }, /is no number/],
  ])('what is no answer rejects: %j', async (answer, message) => {
    await expect(introspection(answer).verifier.verify('t')).rejects.toThrow(message);
  });

  test('a claim is looked for in the answer, not in what every object has', async () => {
    const { verifier } = introspection(active, { claim: 'constructor' });
    await expect(verifier.verify('t')).rejects.toThrow(/claim/);
  });

  test('another status rejects, whatever stands below it', async () => {
    const { verifier, state } = introspection(active);
    state.status = 401;
    await expect(verifier.verify('t')).rejects.toThrow('answers 401');
  });
});

test('the issuer is asked as it wants to be asked, and within bounds', async () => {
  const credentials = { user: 'us', password: 'secret' };
  const { verifier, asked } = introspection(active, { credentials });
  await verifier.verify('t');
  expect(asked).toEqual([
    {
      url: new URL('https://id.example/introspect'),
      fields: { token: 't', token_type_hint: 'access_token' },
      credentials,
      msMax: introspectionMsMax,
      answerBytesMax: introspectionAnswerBytesMax,
    },
  ]);
});

test('no question is asked about what is no token', async () => {
  const { verifier, asked } = introspection(active);
  expect(await verifier.verify('')).toBeNull();
  expect(await verifier.verify('x'.repeat(tokenBytesMax + 1))).toBeNull();
  expect(asked).toEqual([]);
  expect(await verifier.verify('x'.repeat(tokenBytesMax))).not.toBeNull();
});

test('its word counts for a minute, or until the token expires; a refusal is asked for again', async () => {
  const { verifier, asked, clock, state } = introspection(active);
  await verifier.verify('t');
  clock.advance(tokenCacheMs - 1);
  state.body = { active: false };
  expect(await verifier.verify('t')).toEqual({ username: 'ana', scoped: true });
  expect(await verifier.verify('u')).toBeNull();
  expect(asked).toHaveLength(2);
  clock.advance(1);
  expect(await verifier.verify('t')).toBeNull();
  expect(await verifier.verify('t')).toBeNull();
  expect(asked).toHaveLength(4);
  state.body = { ...active, exp: seconds(clock.nowMs() + 10_000) };
  await verifier.verify('v');
  clock.advance(9_999);
  await verifier.verify('v');
  expect(asked).toHaveLength(5);
  clock.advance(1);
  expect(await verifier.verify('v')).toBeNull();
});

test('what is remembered is bounded', async () => {
  const { verifier, asked } = introspection(active);
  for (let i = 0; i <= tokenCacheEntriesMax; i++) await verifier.verify(`t${i}`);
  const before = asked.length;
  await verifier.verify('t1');
  expect(asked.length).toBe(before);
  await verifier.verify('t0');
  expect(asked.length).toBe(before + 1);
});

test('one question for one token at a time, and not too many for all', async () => {
  const answers: ((answer: { status: number; body: Buffer }) => void)[] = [];
  const { verifier } = introspection(active, {
    post: () => new Promise((resolve) => answers.push(resolve)),
  });
  const asked = Array.from({ length: introspectionsMax }, (_, i) => verifier.verify(`t${i}`));
  const twice = verifier.verify('t0');
  expect(await verifier.verify('one more')).toBe('busy');
  expect(answers).toHaveLength(introspectionsMax);
  for (const answer of answers) answer({ status: 200, body: Buffer.from(JSON.stringify(active)) });
  expect(await twice).toEqual({ username: 'ana', scoped: true });
  expect((await Promise.all(asked)).every((each) => each !== 'busy' && each?.username === 'ana')).toBe(true);
  answers.length = 0;
  void verifier.verify('one more');
  expect(answers).toHaveLength(1);
});
