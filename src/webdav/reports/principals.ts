import type { Accounts } from '../../accounts/index.ts';
import { FormatError } from '../../base/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import { below } from '../methods/walk.ts';
import { elementOf, prefixDeclarations } from '../prefixes.ts';
import { groupPrincipal, groupsOfVisitor, memberPath, memberPrincipal } from '../principals/principal.ts';
import { nameKey } from '../properties/declared.ts';
import { planOf } from '../properties/plan.ts';
import { sendRows } from '../properties/rows.ts';
import { readReportWish } from '../properties/wish.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { DavReport, Exchange, QName, Resource, Visit } from '../types.ts';
import {
  matchedResourcesMax,
  principalCandidatesMax,
  principalMatchCharactersMin,
  principalsFoundMax,
} from './limits.ts';
import { missingRow, truncatedRow } from './rows.ts';

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
    namespace: 'http://calendarserver.org/ns/',
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
    const set = `<D:principal-search-property-set${prefixDeclarations}>${searchProperties}</D:principal-search-property-set>`;
    exchange.send(
      200,
      { 'Content-Type': 'application/xml; charset=utf-8' },
      `<?xml version="1.0" encoding="utf-8"?>\n${set}\n`,
    );
  },
};

interface Criterion {
  readonly by: readonly ('name' | 'address' | 'nothing')[];
  readonly text: string;
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** RFC 3744 §9.4: members by a part of their name or address, and the groups one is in. Short parts find nobody. */
export function principalPropertySearch(accounts: Accounts): DavReport {
  return {
    namespace: 'DAV:',
    name: 'principal-property-search',
    rfc: '3744 §9.4',
    on: isPrincipalFolder,
    privilege: 'read',
    async run(exchange, resource, body) {
      const criteria = readCriteria(body);
      const any = body.attributes.some(({ name, value }) => name === 'test' && value === 'anyof');
      const found = await findPrincipals(accounts, exchange.visit, criteria, any);
      await answerAll(exchange, found.slice(0, principalsFoundMax), body, {
        truncated: found.length > principalsFoundMax ? resource : null,
      });
    },
  };
}

function readCriteria(body: XmlElement): readonly Criterion[] {
  const criteria = body.children
    .filter(({ name }) => name === 'property-search')
    .map((search) => ({
      by: (childOf(search, 'prop')?.children ?? []).map((each) => searchedBy.get(nameKey(each)) ?? 'nothing'),
      text: folded(childOf(search, 'match')?.text.trim() ?? '').replace(/^mailto:/, ''),
    }));
  if (criteria.length === 0) throw new FormatError('a principal-property-search has a DAV:property-search');
  return criteria;
}

async function findPrincipals(
  accounts: Accounts,
  visit: Visit,
  criteria: readonly Criterion[],
  any: boolean,
): Promise<readonly Resource[]> {
  const usable = criteria.filter(({ text }) => text.length >= principalMatchCharactersMin);
  if (usable.length === 0 || (!any && usable.length < criteria.length)) return [];
  const fits = (name: string, address: string) => {
    const one = ({ by, text }: Criterion) =>
      by.length > 0 &&
      by.every((what) => (what === 'name' ? folded(name) : what === 'address' ? address : '').includes(text));
    return any ? usable.some(one) : usable.every(one);
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

/** RFC 3744 §9.3: what below a collection is oneself, or is one's own by a property that names principals. */
export const principalMatch: DavReport = {
  namespace: 'DAV:',
  name: 'principal-match',
  rfc: '3744 §9.3',
  on: ({ isCollection }) => isCollection,
  privilege: 'read',
  async run(exchange, resource, body) {
    const { visit } = exchange;
    const by = childOf(body, 'principal-property')?.children[0];
    if (by === undefined && childOf(body, 'self') === undefined) {
      throw new FormatError('a principal-match has DAV:self or DAV:principal-property');
    }
    const own = ownHrefs(visit);
    const plan = planOf({ kind: 'named', names: by === undefined ? [] : [by] }, visit);
    const found: Resource[] = [];
    let looked = 0;
    for await (const each of below(resource, plan.wanted)) {
      if (++looked > matchedResourcesMax) break;
      const hit =
        by === undefined
          ? own.has(visit.href(each))
          : [...(await plan.row(each, visit)).matchAll(/<D:href>([^<]*)</g)].some(([, href]) =>
              own.has(href ?? ''),
            );
      if (hit) found.push(each);
    }
    await answerAll(exchange, found, body, { truncated: looked > matchedResourcesMax ? resource : null });
  },
};

function ownHrefs(visit: Visit): ReadonlySet<string> {
  const { visitor } = visit;
  if (visitor.kind !== 'member') return new Set();
  return new Set([visit.href({ path: memberPath(visitor), isCollection: true })]);
}

/** RFC 3744 §9.2: the principals that a resource's access list names. */
export const aclPrincipalPropSet: DavReport = {
  namespace: 'DAV:',
  name: 'acl-principal-prop-set',
  rfc: '3744 §9.2',
  on: () => true,
  privilege: 'read-acl',
  async run(exchange, resource, body) {
    const shared = (await resource.acl?.()) ?? [];
    const paths = [
      ...(resource.owner === null ? [] : [resource.owner]),
      ...shared.map(({ principal }) => principal),
    ];
    const unique = new Map(paths.map((path) => [path.join('/'), path]));
    const found: Resource[] = [];
    const missing: string[] = [];
    for (const path of unique.values()) {
      const { resource: principal } = await exchange.find(path);
      if (principal === null) missing.push(exchange.visit.href({ path, isCollection: true }));
      else found.push(principal);
    }
    await answerAll(exchange, found, body, { missing });
  },
};

async function answerAll(
  exchange: Exchange,
  found: readonly Resource[],
  body: XmlElement,
  more: { readonly missing?: readonly string[]; readonly truncated?: Resource | null },
): Promise<void> {
  const { visit } = exchange;
  const plan = planOf(readReportWish(body), visit);
  const answer = exchange.multiStatus(preferencesApplied(exchange));
  await sendRows(answer, visit, plan, found);
  for (const href of more.missing ?? []) await answer.response(href, missingRow);
  if (more.truncated) await answer.response(visit.href(more.truncated), truncatedRow);
  await answer.end();
}
