import { describe, expect, test } from 'vitest';
import { isCopied } from '../xeps/0280-carbons.ts';
import { urgencyOf } from '../xeps/0352-client-state.ts';
import { type Keeping, keepingOf } from './keeping.ts';
import { messageOf } from './rows.ts';

const body = '<body>x</body>';
const hint = (name: string) => `<${name} xmlns='urn:xmpp:hints'/>`;
const composing = `<composing xmlns='http://jabber.org/protocol/chatstates'/>`;
const received = `<received xmlns='urn:xmpp:receipts' id='1'/>`;
const displayed = `<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>`;
const user = (inner: string) => `<x xmlns='http://jabber.org/protocol/muc#user'>${inner}</x>`;
const event = `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'/></event>`;
const encrypted = `<encrypted xmlns='eu.siacs.conversations.axolotl'/>`;

type Row = readonly [type: string, children: string, kept: Keeping, copied: boolean, urgency: string];

const table: readonly Row[] = [
  ['chat', body, 'archive', true, 'now'],
  ['', body, 'archive', true, 'now'],
  ['normal', body, 'archive', true, 'now'],
  ['no-such-type', body, 'archive', true, 'now'],
  ['normal', '<subject>x</subject>', 'archive', true, 'now'],
  ['headline', body, 'drop', false, 'now'],
  ['headline', body + hint('store'), 'archive', false, 'now'],
  ['groupchat', body + hint('store'), 'drop', false, 'now'],
  ['error', body, 'drop', false, 'now'],
  ['chat', composing, 'drop', true, 'never'],
  ['normal', composing, 'drop', true, 'never'],
  ['chat', body + composing, 'archive', true, 'now'],
  ['chat', received, 'archive', true, 'later'],
  ['chat', `<request xmlns='urn:xmpp:receipts'/>`, 'drop', true, 'now'],
  ['normal', displayed, 'archive', true, 'later'],
  ['normal', `<markable xmlns='urn:xmpp:chat-markers:0'/>`, 'drop', false, 'now'],
  ['chat', encrypted, 'archive', true, 'now'],
  ['chat', `<reactions xmlns='urn:xmpp:reactions:0' id='1'/>`, 'archive', true, 'now'],
  ['chat', `<retract xmlns='urn:xmpp:message-retract:1' id='1'/>`, 'archive', true, 'now'],
  ['normal', `<x xmlns='jabber:x:conference' jid='r@x'/>`, 'archive', true, 'now'],
  ['normal', user('<invite/>'), 'archive', true, 'now'],
  ['normal', user(`<status code='100'/>`), 'drop', false, 'now'],
  ['chat', body + user(''), 'archive', false, 'now'],
  ['chat', `<propose xmlns='urn:xmpp:jingle-message:0' id='1'/>`, 'archive', true, 'now'],
  ['headline', event, 'drop', false, 'later'],
  ['normal', event + body, 'drop', false, 'now'],
  ['chat', body + hint('no-store'), 'drop', true, 'now'],
  ['chat', body + hint('no-permanent-store'), 'wait', true, 'now'],
  ['chat', composing + hint('store'), 'archive', true, 'never'],
  ['chat', body + hint('store') + hint('no-store'), 'drop', true, 'now'],
  ['chat', body + hint('no-copy'), 'archive', false, 'now'],
  ['chat', `${body}<private xmlns='urn:xmpp:carbons:2'/>`, 'archive', false, 'now'],
  ['chat', `<result xmlns='urn:xmpp:mam:2'/>`, 'drop', true, 'now'],
  ['chat', '', 'drop', true, 'now'],
];

describe('XEP-0313 §5.1.1, XEP-0280 §6.1, XEP-0352 §5: what becomes of a message', () => {
  test.each(table)("type '%s' with %s: %s, copied: %s, %s", (type, children, kept, copied, urgency) => {
    const of = messageOf(`<message type='${type}'>${children}</message>`);
    expect([keepingOf(type, of.children), isCopied(type, of.children), urgencyOf(of)]).toEqual([
      kept,
      copied,
      urgency,
    ]);
  });
});
