import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { SearchMeter, testOf } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import { textOf } from '../prefixes.ts';
import { declaredNamed } from '../properties/declared.ts';
import { planOf } from '../properties/plan.ts';
import { sendRows } from '../properties/rows.ts';
import { truncatedRow } from '../reports/rows.ts';
import { ordered, searchRow } from '../search/judge.ts';
import { searchFoundMax, searchLookedMax } from '../search/limits.ts';
import { readBasicSearch, readScope } from '../search/parse.ts';
import { type Query, searchableProperties } from '../search/query.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { Collection, DavMethod, Exchange, LiveProperty, Registry, Resource, Xml } from '../types.ts';
import { below } from './walk.ts';

/** RFC 5323 §2: DAV:basicsearch over names, types, lengths and dates. */
export const search: DavMethod = {
  name: 'SEARCH',
  rfc: '5323 §2',
  on: ({ resource }) => resource?.isCollection === true,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    const body = await exchange.xml();
    if (resource === null) throw new DavError(404, 'there is nothing here');
    const [grammar] = body?.children ?? [];
    if (body?.namespace !== 'DAV:' || !grammar) throw new FormatError('the body is no DAV:searchrequest');
    if (grammar.namespace !== 'DAV:' || grammar.name !== 'basicsearch') {
      throw new DavError(422, 'only DAV:basicsearch is understood', {
        condition: '<D:search-grammar-supported/>',
      });
    }
    if (body.name === 'query-schema-discovery') return await sendSchema(exchange, grammar);
    if (body.name !== 'searchrequest') throw new FormatError('the body is no DAV:searchrequest');
    await sendFound(exchange, resource, readBasicSearch(grammar), markIn(grammar, exchange.visit.dav));
  },
};

/** The mark that a search asks for and nothing else: DAV:eq of one property that says yes or no; null for any other. */
function markIn(grammar: XmlElement, dav: Registry): LiveProperty | null {
  const where = grammar.children.find(({ namespace, name }) => namespace === 'DAV:' && name === 'where');
  const [operator, ...more] = where?.children ?? [];
  if (operator?.namespace !== 'DAV:' || operator.name !== 'eq' || more.length > 0) return null;
  const inner = (wanted: string) =>
    operator.children.find(({ namespace, name }) => namespace === 'DAV:' && name === wanted);
  const asked = inner('prop')?.children[0];
  const isYes = /^\s*(1|yes|true)\s*$/i.test(inner('literal')?.text ?? '');
  if (!asked || !isYes) return null;
  return declaredNamed(dav, asked).find(({ marked }) => marked !== undefined) ?? null;
}

/** What is marked and lies below the scope; of depth 1 in it. */
async function findMarked(exchange: Exchange, scope: Resource, depth: string, mark: LiveProperty) {
  const found: Resource[] = [];
  if (depth === '0') return { found, cut: false };
  for await (const each of mark.marked?.(scope, exchange.visit) ?? []) {
    if (depth === '1' && each.path.length > scope.path.length + 1) continue;
    if (found.length === searchFoundMax) return { found, cut: true };
    found.push(each);
  }
  return { found, cut: false };
}

async function sendFound(
  exchange: Exchange,
  asked: Resource,
  query: Query,
  mark: LiveProperty | null,
): Promise<void> {
  const { visit } = exchange;
  const scope = await scopeOf(exchange, query.scope.href);
  const max = Math.min(query.max ?? searchFoundMax, searchFoundMax);
  const { found, cut } =
    mark === null ? await find(scope, query) : await findMarked(exchange, scope, query.scope.depth, mark);
  const plan = planOf(query.select.kind === 'all' ? { kind: 'all', include: [] } : query.select, visit);
  const answer = exchange.multiStatus(preferencesApplied(exchange));
  await sendRows(answer, visit, plan, ordered(found, query.orders).slice(0, max));
  // RFC 5323 §2.3.1: what the client itself limited is not cut.
  const limited = query.max !== null && query.max <= found.length;
  if (cut && !limited) await answer.response(visit.href(asked), truncatedRow);
  await answer.end();
}

async function scopeOf(exchange: Exchange, href: string): Promise<Resource> {
  const { visit, path } = exchange;
  // An empty one is the URL that was asked; others are absolute here (RFC 5323 §5.4.1).
  const own = href === '' || href === '.' || href === './';
  const said = own ? path : exchange.locate(href);
  // Nextcloud's apps begin at the DAV root of the address they ask.
  const at = said === 'no-dav' && href.startsWith('/') ? exchange.locate(visit.base + href) : said;
  const { resource } = typeof at === 'string' ? { resource: null } : await exchange.find(at);
  if (resource?.may('read')) return resource;
  const shown = textOf(own ? visit.href({ path, isCollection: true }) : href);
  throw new DavError(409, 'there is nothing to search in', {
    condition: `<D:search-scope-valid><D:response><D:href>${shown}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response></D:search-scope-valid>`,
  });
}

/** `cut`: there may be more than was found. */
async function find(
  scope: Resource,
  { scope: { depth }, where }: Query,
): Promise<{ found: readonly Resource[]; cut: boolean }> {
  const test = testOf(where);
  const meter = new SearchMeter();
  const found: Resource[] = test(searchRow(scope), meter) ? [scope] : [];
  if (depth === '0' || !scope.isCollection) return { found, cut: false };
  const collection = scope as Collection;
  if (depth === 'infinity' && collection.search) {
    const inside = await collection.search(where, searchFoundMax + 1);
    const all = [...found, ...inside];
    return { found: all.slice(0, searchFoundMax), cut: all.length > searchFoundMax };
  }
  let looked = 0;
  for await (const each of depth === '1' ? membersOf(collection) : below(collection, bare)) {
    await meter.rest();
    if (++looked > searchLookedMax || meter.isOver || found.length > searchFoundMax)
      return { found: found.slice(0, searchFoundMax), cut: true };
    if (test(searchRow(each), meter)) found.push(each);
  }
  return { found: found.slice(0, searchFoundMax), cut: found.length > searchFoundMax };
}

const bare = { dead: false, locks: false };

async function* membersOf(collection: Collection): AsyncGenerator<Resource> {
  for await (const page of collection.members(bare)) yield* page;
}

/** RFC 5323 §4: what can be asked here. */
async function sendSchema(exchange: Exchange, grammar: XmlElement): Promise<void> {
  const { href } = readScope(grammar);
  const scope = await scopeOf(exchange, href);
  const answer = exchange.multiStatus();
  await answer.response(exchange.visit.href(scope), schemaRow);
  await answer.end();
}

const described = Object.entries(searchableProperties)
  .map(
    ([name, { type }]) =>
      `<D:propdesc><D:prop><D:${name}/></D:prop><D:datatype><xs:${type}/></D:datatype><D:searchable/><D:selectable/><D:sortable/></D:propdesc>`,
  )
  .join('');

const schemaRow: Xml =
  '<D:status>HTTP/1.1 200 OK</D:status><D:query-schema><D:basicsearchschema>' +
  `<D:properties xmlns:xs="http://www.w3.org/2001/XMLSchema">${described}<D:propdesc><D:any-other-property/><D:selectable/></D:propdesc></D:properties>` +
  '<D:operators><D:opdesc allow-pcdata="true"><D:like/><D:operand-property/><D:operand-literal/></D:opdesc></D:operators>' +
  '</D:basicsearchschema></D:query-schema>';
