import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import { DavError } from '../errors.ts';
import { infinityCharsMax, infinityRowsMax } from '../properties/limits.ts';
import { type Plan, planOf, type Wish } from '../properties/plan.ts';
import { sendRows } from '../properties/rows.ts';
import { readNames } from '../properties/wish.ts';
import { preferencesApplied, readDepth } from '../server/headers.ts';
import type { Collection, DavMethod, Exchange, Resource } from '../types.ts';
import { below } from './walk.ts';

/** RFC 4918 §9.1 */
export const propfind: DavMethod = {
  name: 'PROPFIND',
  rfc: '4918 §9.1',
  on: ({ resource }) => resource !== null,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    if (resource === null) throw new DavError(404, 'there is nothing here');
    const depth = readDepth(exchange) ?? 'infinity';
    const plan = planOf(readPropfind(await exchange.xml()), exchange.visit);
    if (depth === 'infinity' && resource.isCollection) return await sendTree(exchange, resource, plan);
    // RFC 8144 §3: with Depth 0 depth-noroot means nothing, and nothing is said of it.
    const answer = exchange.multiStatus(preferencesApplied(exchange, depth !== '0'));
    const { visit } = exchange;
    if (depth === '0' || !visit.prefer.depthNoroot) await sendRows(answer, visit, plan, [resource]);
    if (depth !== '0' && resource.isCollection) {
      for await (const page of (resource as Collection).members(plan.wanted)) {
        await sendRows(answer, visit, plan, page);
      }
    }
    await answer.end();
  },
};

function readPropfind(body: XmlElement | null): Wish {
  // RFC 4918 §9.1: no body asks for all.
  if (body === null) return { kind: 'all', include: [] };
  if (body.namespace !== 'DAV:' || body.name !== 'propfind')
    throw new FormatError('the body is no DAV:propfind');
  const inner = (name: string) => davChild(body, name);
  const prop = inner('prop');
  const [all, names] = [inner('allprop'), inner('propname')];
  const include = inner('include');
  const asked = [prop, all, names].filter((each) => each !== undefined);
  if (asked.length !== 1) {
    throw new FormatError('a DAV:propfind holds one of DAV:prop, DAV:allprop and DAV:propname');
  }
  if (prop) return { kind: 'named', names: readNames(prop) };
  return names ? { kind: 'names' } : { kind: 'all', include: include ? readNames(include) : [] };
}

/** Depth infinity: held until it is known that it ends, since what is too much is refused as a whole. */
async function sendTree(exchange: Exchange, root: Resource, plan: Plan): Promise<void> {
  const { visit } = exchange;
  const rows: (readonly [href: string, row: string])[] = [];
  let chars = 0;
  const add = async (resource: Resource) => {
    const row = [visit.href(resource), await plan.row(resource, visit)] as const;
    chars += row[0].length + row[1].length;
    if (rows.push(row) > infinityRowsMax || chars > infinityCharsMax) {
      // RFC 4918 §9.1
      throw new DavError(403, 'so much is below here that it has to be asked for folder by folder', {
        condition: '<D:propfind-finite-depth/>',
      });
    }
  };
  if (!visit.prefer.depthNoroot) await add(root);
  for await (const resource of below(root, plan.wanted)) await add(resource);
  const answer = exchange.multiStatus(preferencesApplied(exchange, true));
  for (const [href, row] of rows) await answer.response(href, row);
  await answer.end();
}
