import type { Accounts } from '../../accounts/index.ts';
import { FormatError } from '../../base/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import { elementOf, prefixDeclarations } from '../prefixes.ts';
import { groupPrincipal, groupsOfVisitor, memberPrincipal } from '../principals/principal.ts';
import { nameKey } from '../properties/declared.ts';
import type { DavReport, Exchange, QName, Resource, Visit } from '../types.ts';
import {
  principalCandidatesMax,
  principalCriteriaMax,
  principalMatchCharactersMin,
  principalsFoundMax,
} from './limits.ts';
import { answerPrincipals, demandNoDepth } from './principal-answer.ts';

const calendarServer = 'http://calendarserver.org/ns/';

const isPrincipalFolder = ({ kind }: Resource) => kind === 'principals';

interface Searchable extends QName {
  readonly by: 'name' | 'address';
  readonly says: string;
}

/** What somebody can be found by. Apple's and CalDAV's names for the address are asked for by their clients. */
const searchable: readonly Searchable[] = [
  { namespace: 'DAV:', name: 'displayname', by: 'name', says: 'Name' },
  { namespace: 'DAV:', name: 'alternate-URI-set', by: 'address', says: 'Address of mail' },
  {
    namespace: 'urn:ietf:params:xml:ns:caldav',
    name: 'calendar-user-address-set',
    by: 'address',
    says: 'Address for invitations',
  },
  {
    namespace: calendarServer,
    name: 'email-address-set',
    by: 'address',
    says: 'Address of mail',
  },
];

const searchedBy = new Map(searchable.map((each) => [nameKey(each), each.by]));

const searchProperties = searchable
  .map((each) => {
    const prop = `<D:prop>${elementOf(each)}</D:prop>`;
    const says = `<D:description xml:lang="en">${each.says}</D:description>`;
    return `<D:principal-search-property>${prop}${says}</D:principal-search-property>`;
  })
  .join('');

/** RFC 3744 §9.5 */
export const principalSearchPropertySet: DavReport = {
  namespace: 'DAV:',
  name: 'principal-search-property-set',
  rfc: '3744 §9.5',
  on: isPrincipalFolder,
  privilege: 'read',
  async run(exchange) {
    demandNoDepth(exchange);
    const set = `<D:principal-search-property-set${prefixDeclarations}>${searchProperties}</D:principal-search-property-set>`;
    exchange.send(
      200,
      { 'Content-Type': 'application/xml; charset=utf-8' },
      `<?xml version="1.0" encoding="utf-8"?>\n${set}\n`,
    );
  },
};

type What = 'name' | 'address' | 'either' | 'nothing';

interface Criterion {
  readonly by: readonly What[];
  readonly how: (value: string, text: string) => boolean;
  readonly text: string;
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** How Apple's clients say that a text is to be found; others say nothing, and mean anywhere. */
const manners: ReadonlyMap<string, Criterion['how']> = new Map([
  ['contains', (value, text) => value.includes(text)],
  ['starts-with', (value, text) => value.startsWith(text)],
  ['ends-with', (value, text) => value.endsWith(text)],
  ['equals', (value, text) => value === text],
]);

const attributeOf = ({ attributes }: XmlElement, of: string) =>
  attributes.find(({ name }) => name === of)?.value;

/** RFC 3744 §9.4: members by a part of their name or address, and the groups one is in. Short parts find nobody. */
export function principalPropertySearch(accounts: Accounts): DavReport {
  return {
    namespace: 'DAV:',
    name: 'principal-property-search',
    rfc: '3744 §9.4',
    on: isPrincipalFolder,
    privilege: 'read',
    async run(exchange, resource, body) {
      const found = await findPrincipals(accounts, exchange.visit, readCriteria(body), {
        any: attributeOf(body, 'test') === 'anyof',
      });
      await answerFound(exchange, resource, body, found);
    },
  };
}

/** By what somebody types, as Apple's clients complete it: each word stands in the name or in the address. */
export function calendarserverPrincipalSearch(accounts: Accounts): DavReport {
  return {
    namespace: calendarServer,
    name: 'calendarserver-principal-search',
    rfc: 'calendarserver',
    on: isPrincipalFolder,
    privilege: 'read',
    async run(exchange, resource, body) {
      const criteria = body.children
        .filter(({ namespace, name }) => namespace === calendarServer && name === 'search-token')
        .map(({ text }) => ({ by: ['either'], how: includes, text: folded(text.trim()) }) as const);
      if (criteria.length === 0)
        throw new FormatError('a calendarserver-principal-search has a search-token');
      const found = await findPrincipals(accounts, exchange.visit, criteria, { any: false });
      await answerFound(exchange, resource, body, found);
    },
  };
}

const includes = (value: string, text: string) => value.includes(text);

async function answerFound(
  exchange: Exchange,
  resource: Resource,
  body: XmlElement,
  found: readonly Resource[],
): Promise<void> {
  demandNoDepth(exchange);
  const wanted = Number(childOf(childOf(body, 'limit'), 'nresults')?.text.trim() ?? principalsFoundMax);
  if (!Number.isSafeInteger(wanted) || wanted < 1) throw new FormatError('DAV:nresults is a number above 0');
  const max = Math.min(wanted, principalsFoundMax);
  const truncated = found.length > max ? resource : null;
  await answerPrincipals(exchange, found.slice(0, max), body, { truncated });
}

function readCriteria(body: XmlElement): readonly Criterion[] {
  const criteria = body.children
    .filter(({ name }) => name === 'property-search')
    .map((search) => {
      const match = childOf(search, 'match');
      return {
        by: (childOf(search, 'prop')?.children ?? []).map(
          (each) => searchedBy.get(nameKey(each)) ?? 'nothing',
        ),
        how: manners.get((match && attributeOf(match, 'match-type')) ?? 'contains') ?? includes,
        text: folded(match?.text.trim() ?? '').replace(/^mailto:/, ''),
      };
    });
  if (criteria.length === 0) throw new FormatError('a principal-property-search has a DAV:property-search');
  return criteria;
}

async function findPrincipals(
  accounts: Accounts,
  visit: Visit,
  criteria: readonly Criterion[],
  { any }: { readonly any: boolean },
): Promise<readonly Resource[]> {
  if (criteria.length > principalCriteriaMax)
    throw new FormatError(`a search for principals has at most ${principalCriteriaMax} criteria`);
  const usable = criteria.filter(({ text }) => text.length >= principalMatchCharactersMin);
  if (usable.length === 0) return [];
  const fits = (name: string, address: string) => {
    const one = ({ by, how, text }: Criterion) => {
      const inName = () => how(folded(name), text);
      const inAddress = () => how(address, text);
      const ways = {
        name: inName,
        address: inAddress,
        either: () => inName() || inAddress(),
        nothing: () => false,
      };
      return by.length > 0 && by.every((what) => ways[what]());
    };
    return any ? usable.some(one) : criteria.every(one);
  };
  const found = new Map<number, Resource>();
  // All of them must hold: any one alone finds whoever there is.
  for (const { text } of any ? usable : usable.slice(0, 1)) {
    for (const member of await accounts.findMembers(text, principalCandidatesMax)) {
      const principal = memberPrincipal(accounts, visit, member);
      if (fits(principal.displayName, member.address)) found.set(member.id, principal);
    }
  }
  const groups = groupsOfVisitor(visit)
    .filter((address) => fits(address, address))
    .map((address) => groupPrincipal(accounts, visit, address));
  return [...found.values(), ...groups];
}
