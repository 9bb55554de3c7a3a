import { expect, test } from 'vitest';
import { element, writeElement } from '../formats/stanza/index.ts';
import { stanzaText, withFirst } from './stanza.ts';

const ns = 'jabber:client';

test.each([
  ['a message', element('message', ns, { id: `a>b'"&` }, element('body', ns, {}, 'x > y'))],
  ['one without children', element('message', ns, { id: '1' })],
  ['one with a text', element('message', ns, {}, 'text')],
  [
    'one of another name space',
    element('message', 'jabber:server', {}, element('body', 'jabber:server', {}, '>')),
  ],
])('%s with more before its children is written as if it were made so', (_, of) => {
  const first = [
    element('stanza-id', 'urn:xmpp:sid:0', { by: `x>'`, id: '7' }),
    element('thread', of.ns, {}, 't'),
  ];
  const plain = { ...of, children: [...first, ...of.children] };
  expect(withFirst(of, first)).toEqual(plain);
  expect(stanzaText(withFirst(of, first))).toBe(writeElement(plain, ns));
  // Now its own text is known.
  stanzaText(of);
  expect(stanzaText(withFirst(of, first))).toBe(writeElement(plain, ns));
});
