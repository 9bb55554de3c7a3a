import { childrenOf, type Element, element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import { vcardTempNs } from '../namespaces.ts';

/** RFC 6351; XEP-0292. */
export const vcard4Ns = 'urn:ietf:params:xml:ns:vcard-4.0';
export const vcard4Node = 'urn:xmpp:vcard4';

const within = (of: Element | undefined, ...names: readonly string[]): Element | undefined =>
  of && [...elementsOf(of)].find(({ name }) => names.includes(name));

/** The value of a property, whatever its type. */
const textWithin = (of: Element): string => {
  const value = [...elementsOf(of)].find(({ name }) => name !== 'parameters');
  return value === undefined ? '' : textOf(value).trim();
};

const child = (tag: string, text: string): Element | null =>
  tag === '' || text === '' ? null : element(tag, vcardTempNs, {}, text);

const plain: Readonly<Record<string, string>> = {
  ...{ fn: 'FN', nickname: 'NICKNAME', title: 'TITLE', role: 'ROLE', note: 'DESC', url: 'URL', bday: 'BDAY' },
};
const single: Readonly<Record<string, readonly [tag: string, value: string]>> = {
  ...{ email: ['EMAIL', 'USERID'], tel: ['TEL', 'NUMBER'], org: ['ORG', 'ORGNAME'] },
};
const parts: Readonly<Record<string, readonly [tag: string, parts: Readonly<Record<string, string>>]>> = {
  n: ['N', { surname: 'FAMILY', given: 'GIVEN', additional: 'MIDDLE', prefix: 'PREFIX', suffix: 'SUFFIX' }],
  adr: [
    'ADR',
    {
      ...{ pobox: 'POBOX', ext: 'EXTADD', street: 'STREET', locality: 'LOCALITY' },
      ...{ region: 'REGION', code: 'PCODE', country: 'CTRY' },
    },
  ],
};

/** `home`, `work` and the like, as vcard-temp has them: elements without a text. */
function typesOf(of: Element): Element[] {
  const types = within(within(of, 'parameters'), 'type');
  const said = types === undefined ? [] : childrenOf(types, 'text').map(textOf);
  return said.flatMap((type) =>
    /^[a-z]{1,10}$/i.test(type) ? [element(type.toUpperCase(), vcardTempNs)] : [],
  );
}

function shown(of: Element): Element | null {
  const { name } = of;
  const tag = plain[name];
  if (tag !== undefined) return child(tag, textWithin(of));
  const one = single[name];
  if (one !== undefined) {
    const text = textWithin(of).replace(/^tel:/i, '');
    return text === '' ? null : element(one[0], vcardTempNs, {}, ...typesOf(of), child(one[1], text));
  }
  const several = parts[name];
  if (several === undefined) return null;
  const values = [...elementsOf(of)].map((each) => child(several[1][each.name] ?? '', textOf(each).trim()));
  return element(several[0], vcardTempNs, {}, ...typesOf(of), ...values);
}

/** What a card of the new form says that the old form has a word for; its picture stands in nodes of its own. */
export const tempOfVcard4 = (vcard: Element): Element =>
  element('vCard', vcardTempNs, {}, ...[...elementsOf(vcard)].map(shown));
