import { FormatError } from '../../base/index.ts';
import { childOf } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import { below } from '../methods/walk.ts';
import { memberPath } from '../principals/principal.ts';
import { planOf } from '../properties/plan.ts';
import type { DavReport, Resource, Visit } from '../types.ts';
import { matchedResourcesMax } from './limits.ts';
import { answerPrincipals, demandNoDepth } from './principal-answer.ts';

/** RFC 3744 §9.3: what below a collection is oneself, or is one's own by a property that names principals. */
export const principalMatch: DavReport = {
  namespace: 'DAV:',
  name: 'principal-match',
  rfc: '3744 §9.3',
  on: ({ isCollection }) => isCollection,
  privilege: 'read',
  async run(exchange, resource, body) {
    demandNoDepth(exchange);
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
    await answerPrincipals(exchange, found, body, {
      truncated: looked > matchedResourcesMax ? resource : null,
    });
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
    demandNoDepth(exchange);
    if (davChild(body, 'prop') === undefined)
      throw new FormatError('an acl-principal-prop-set says which properties it is about');
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
    await answerPrincipals(exchange, found, body, { missing });
  },
};
