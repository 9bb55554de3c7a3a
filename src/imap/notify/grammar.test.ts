import { expect, test } from 'vitest';
import { Decoder, SyntaxFault, wireLimits } from '../wire/index.ts';
import { parseNotify } from './grammar.ts';

function parse(text: string) {
  const decoder = new Decoder([{ kind: 'text', bytes: Buffer.from(text) }]);
  const set = parseNotify(decoder, new Map());
  decoder.end();
  return set;
}

function fault(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return 'accepted';
}

test('the examples of RFC 5465', () => {
  expect(parse('none')).toBeNull();
  const one = parse(
    'SET STATUS (selected (MessageNew (uid body.peek[header.fields (From To)]) messageexpunge))',
  );
  expect(one).toMatchObject({ status: true, groups: [{ filter: { kind: 'selected' }, unknown: [] }] });
  expect([...(one?.groups[0]?.events ?? [])]).toEqual(['MessageNew', 'MessageExpunge']);
  expect(one?.groups[0]?.items).toHaveLength(2);
  const two = parse(
    'SET (subtree Lists (MessageNew MessageExpunge)) (mailboxes (INBOX "a b") (MailboxName)) (personal NONE)',
  );
  expect(two?.groups.map(({ filter, events }) => [filter, [...events]])).toEqual([
    [{ kind: 'subtree', names: ['Lists'] }, ['MessageNew', 'MessageExpunge']],
    [{ kind: 'mailboxes', names: ['INBOX', 'a b'] }, ['MailboxName']],
    [{ kind: 'personal' }, []],
  ]);
  expect(
    parse('SET (inboxes (MessageNew MessageExpunge AnnotationChange X-New))')?.groups[0]?.unknown,
  ).toEqual(['ANNOTATIONCHANGE', 'X-NEW']);
});

test('bad input is named', () => {
  expect(fault('SET (personal (AnnotationChange))')).toMatch(/need MessageNew/);
  expect(fault('SET (personal ())')).toMatch(/an event/);
  expect(fault('SET (personal (MessageNew () MessageExpunge))')).not.toBe('accepted');
  expect(fault('SET (personal (MessageExpunge (UID) MessageNew))')).not.toBe('accepted');
  expect(fault('SET (subtree (MailboxName))')).not.toBe('accepted');
  expect(fault('SET (personal (MailboxName)')).not.toBe('accepted');
  expect(fault('SET STATUS')).not.toBe('accepted');
});

test('notifyNamesMax, optionsMax: nothing of a command grows without bound', () => {
  const names = (count: number) => `SET (mailboxes (${Array(count).fill('a').join(' ')}) (MailboxName))`;
  expect(fault(names(wireLimits.notifyNamesMax))).toBe('accepted');
  expect(fault(names(wireLimits.notifyNamesMax + 1))).toMatch(/more than 10000 mailboxes/);
  const groups = (count: number) => `SET${' (personal (MailboxName))'.repeat(count)}`;
  expect(fault(groups(wireLimits.optionsMax))).toBe('accepted');
  expect(fault(groups(wireLimits.optionsMax + 1))).toMatch(/event groups/);
  const events = (count: number) => `SET (personal (${Array(count).fill('X').join(' ')}))`;
  expect(fault(events(wireLimits.optionsMax))).toBe('accepted');
  expect(fault(events(wireLimits.optionsMax + 1))).toMatch(/more than 50 events/);
});
