import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { capabilitiesOf, verificationOf } from './index.ts';
import {
  capsAnswerMsMax,
  capsAskedMax,
  capsAskedPerAccountMax,
  capsCharactersMax,
  capsKnownMax,
} from './limits.ts';

const juliet = parseJid('juliet@capulet.example');
const romeo = parseJid('romeo@montague.example/orchard');
const nurse = parseJid('nurse@capulet.example/chamber');
const infoNs = 'http://jabber.org/protocol/disco#info';

const infoOf = (...names: readonly string[]) =>
  element('query', infoNs, {}, ...names.map((name) => element('feature', infoNs, { var: name })));
const shownOf = (...names: readonly string[]) => ({
  node: 'https://client.example',
  hash: 'sha-1',
  ver: verificationOf(infoOf(...names), 'sha-1') ?? '',
});

describe('what clients can do', () => {
  /** Who was asked for what, in order, and how each is answered. */
  let asked: {
    readonly who: string;
    readonly node: string;
    answer(...names: string[]): void;
    fail(): void;
  }[];
  let chat: Chat;
  let limits: number[];
  beforeEach(() => {
    asked = [];
    limits = [];
    const ask = (
      from: typeof juliet,
      to: typeof romeo,
      _type: string,
      query: { attributes: Record<string, string> },
      msMax: number,
    ) =>
      new Promise<Stanza>((resolve, reject) => {
        limits.push(msMax);
        asked.push({
          who: `${to.local}/${to.resource}`,
          node: query.attributes.node ?? '',
          answer: (...names) =>
            resolve(addressed(element('iq', clientNs, { type: 'result' }, infoOf(...names)), to, from)),
          fail: () => reject(new StanzaError('remote-server-timeout')),
        });
      });
    chat = { router: { questions: { ask } } } as never;
  });
  afterEach(() => vi.restoreAllMocks());

  test('one of them is asked, once, for as long as capsAnswerMsMax; then all are known by the hash', async () => {
    const caps = capabilitiesOf(chat);
    const shown = shownOf('urn:a', 'urn:a+notify');
    const found = Promise.all([caps.of(juliet, romeo, shown), caps.of(juliet, nurse, shown)]);
    expect(caps.known(romeo, shown)).toBeUndefined();
    asked[0]?.answer('urn:a', 'urn:a+notify');
    for (const features of await found) expect([...features]).toEqual(['urn:a', 'urn:a+notify']);
    expect(asked.map(({ who, node }) => [who, node])).toEqual([
      ['romeo/orchard', `https://client.example#${shown.ver}`],
    ]);
    expect(limits).toEqual([capsAnswerMsMax]);
    expect(caps.known(nurse, { ...shown, node: 'https://other.example' })?.has('urn:a')).toBe(true);
    expect(capabilitiesOf(chat)).toBe(caps);
  });

  test('what the hash does not vouch for counts for who said it alone', async () => {
    const caps = capabilitiesOf(chat);
    const shown = shownOf('urn:a');
    const liar = caps.of(juliet, romeo, shown);
    const honest = caps.of(juliet, nurse, shown);
    asked[0]?.answer('urn:b');
    expect([...(await liar)]).toEqual(['urn:b']);
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.answer('urn:a');
    expect([...(await honest)]).toEqual(['urn:a']);
    expect(asked[1]?.who).toBe('nurse/chamber');
    expect([...(caps.known(nurse, shown) ?? [])]).toEqual(['urn:a']);
  });

  test('who does not answer can nothing, and is asked again when it shows itself again', async () => {
    const caps = capabilitiesOf(chat);
    const first = caps.of(juliet, romeo, shownOf('urn:a'));
    asked[0]?.fail();
    expect((await first).size).toBe(0);
    const again = caps.of(juliet, romeo, shownOf('urn:a'));
    asked[1]?.answer('urn:a');
    expect((await again).size).toBe(1);
    expect(await caps.of(juliet, romeo, null)).toEqual(new Set());
  });

  test('capsCharactersMax: who answers too much can nothing', async () => {
    const caps = capabilitiesOf(chat);
    const long = `urn:${'a'.repeat(capsCharactersMax)}`;
    const found = caps.of(juliet, romeo, shownOf(long));
    asked[0]?.answer(long);
    expect((await found).size).toBe(0);
  });

  test('capsAskedPerAccountMax, capsAskedMax: new hashes without end bring no more questions', async () => {
    const caps = capabilitiesOf(chat);
    for (let at = 0; at < capsAskedPerAccountMax; at++) void caps.of(juliet, romeo, shownOf(`urn:${at}`));
    expect(await caps.of(juliet, romeo, shownOf('urn:more'))).toEqual(new Set());
    expect(asked).toHaveLength(capsAskedPerAccountMax);
    for (let at = asked.length; at < capsAskedMax; at++)
      void caps.of(juliet, parseJid(`r${at}@montague.example/a`), shownOf(`urn:${at}`));
    expect(asked).toHaveLength(capsAskedMax);
    expect(await caps.of(juliet, nurse, shownOf('urn:last'))).toEqual(new Set());
    for (const one of asked) one.fail();
    const asksAgain = () => {
      void caps.of(juliet, nurse, shownOf('urn:last'));
      return asked.length;
    };
    await expect.poll(asksAgain).toBe(capsAskedMax + 1);
  });

  test('capsKnownMax: the oldest are forgotten', async () => {
    const caps = capabilitiesOf(chat);
    for (let at = 0; at <= capsKnownMax; at++) {
      const found = caps.of(juliet, romeo, shownOf(`urn:${at}`));
      asked.at(-1)?.answer(`urn:${at}`);
      await found;
    }
    expect(caps.known(romeo, shownOf('urn:0'))).toBeUndefined();
    expect(caps.known(romeo, shownOf(`urn:${capsKnownMax}`))?.size).toBe(1);
  });
});
