import { describe, expect, test } from 'vitest';
import { type Element, parseElement } from '../../formats/stanza/index.ts';
import { capsOf, isNotified, verificationOf } from './index.ts';

const info = (inner: string): Element =>
  parseElement(`<query xmlns='http://jabber.org/protocol/disco#info'>${inner}</query>`);
const feature = (name: string) => `<feature var='${name}'/>`;
const form = (inner: string, type = 'hidden', of = 'urn:xmpp:dataforms:softwareinfo') =>
  `<x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE' type='${type}'><value>${of}</value></field>${inner}</x>`;
const field = (name: string, ...values: readonly string[]) =>
  `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
const exodus = `<identity category='client' name='Exodus 0.9.1' type='pc'/>`;
const disco = 'http://jabber.org/protocol/disco';
const four = [`${disco}#info`, `${disco}#items`, 'http://jabber.org/protocol/muc'].map(feature);
const caps = feature('http://jabber.org/protocol/caps');

describe('verification strings of XEP-0115', () => {
  test('§5.2: the simple example', () => {
    const made = verificationOf(info([exodus, ...four, caps].join('')), 'sha-1');
    expect(made).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  });

  test('§5.3: with a form, and names in two languages', () => {
    const psi = `<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
      <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>`;
    const software = form(
      field('ip_version', 'ipv4', 'ipv6') +
        field('os', 'Mac') +
        field('os_version', '10.5.1') +
        field('software', 'Psi') +
        field('software_version', '0.11'),
    );
    const made = verificationOf(info([psi, caps, ...four, software].join('')), 'sha-1');
    expect(made).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
  });

  test('other algorithms; none that is unknown', () => {
    const of = info(exodus + caps);
    expect(verificationOf(of, 'sha-256')).toHaveLength(44);
    for (const hash of ['md5', '', 'constructor', 'sha-0']) expect(verificationOf(of, hash)).toBeNull();
  });

  test.each([
    ['a feature twice', caps + caps],
    ['an identity twice', exodus + exodus],
    ['a form of one type twice', form('') + form('')],
    ['two types of one form', form(field('a', 'b')).replace('</value>', '</value><value>other</value>')],
    ['a field twice', form(field('a', 'b') + field('a', 'c'))],
    ['a separator within a feature', feature('one&lt;two')],
    ['a separator within a form', form(field('a', 'b&lt;c'))],
    ['a separator within an identity', exodus.replace('0.9.1', '&lt;')],
  ])('§5.4: %s is worth nothing', (_what, inner) => {
    expect(verificationOf(info(inner), 'sha-1')).toBeNull();
  });

  test('§5.4: a form whose type is not hidden, or that has none, does not count', () => {
    const plain = verificationOf(info(exodus), 'sha-1');
    expect(verificationOf(info(exodus + form(field('a', 'b'), 'text-single')), 'sha-1')).toBe(plain);
    const untyped = `<x xmlns='jabber:x:data' type='result'>${field('a', 'b')}</x>`;
    expect(verificationOf(info(exodus + untyped), 'sha-1')).toBe(plain);
  });
});

test('what a presence shows', () => {
  const of = (inner: string) => capsOf(parseElement(`<presence xmlns='jabber:client'>${inner}</presence>`));
  const c = (attributes: string) => `<c xmlns='http://jabber.org/protocol/caps' ${attributes}/>`;
  expect(of(c("hash='sha-1' node='n' ver='v'"))).toEqual({ hash: 'sha-1', node: 'n', ver: 'v' });
  expect(of(c("node='n' ver='0.9' ext='a b'"))).toBeNull();
  expect(of('')).toBeNull();
  expect(isNotified(new Set(['urn:x+notify']), 'urn:x')).toBe(true);
  expect(isNotified(new Set(['urn:x']), 'urn:x')).toBe(false);
});
