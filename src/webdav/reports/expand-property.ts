import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { DavError } from '../errors.ts';
import { declaredNamed, nameKey } from '../properties/declared.ts';
import { wantedPropertiesMax } from '../properties/limits.ts';
import { planOf } from '../properties/plan.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { DavReport, Exchange, QName, Resource, Xml } from '../types.ts';
import { expandDepthMax, expandedResourcesMax } from './limits.ts';
import { missingRow } from './rows.ts';

interface Wanted extends QName {
  readonly inner: readonly Wanted[];
}

/** RFC 3253 §3.8: properties, and where they name resources, those with theirs. */
export const expandProperty: DavReport = {
  namespace: 'DAV:',
  name: 'expand-property',
  rfc: '3253 §3.8',
  on: () => true,
  privilege: 'read',
  async run(exchange, resource, body) {
    const wanted = readWanted(body, 0);
    const row = await expand({ exchange, left: expandedResourcesMax }, resource, wanted);
    const answer = exchange.multiStatus(preferencesApplied(exchange));
    await answer.response(exchange.visit.href(resource), row);
    await answer.end();
  },
};

function readWanted({ children }: XmlElement, depth: number): readonly Wanted[] {
  const properties = children.filter(({ namespace, name }) => namespace === 'DAV:' && name === 'property');
  if (properties.length > wantedPropertiesMax) {
    throw new FormatError(`more than ${wantedPropertiesMax} properties are asked for`);
  }
  if (properties.length > 0 && depth > expandDepthMax) {
    throw new FormatError(`properties are followed ${expandDepthMax} steps deep`);
  }
  return properties.map((property) => {
    const attribute = (wanted: string) =>
      property.attributes.find(({ namespace, name }) => namespace === '' && name === wanted)?.value;
    const name = attribute('name');
    // It becomes the name of an element of the answer.
    if (name === undefined || !/^[\p{L}_][\p{L}\p{M}\p{N}._-]*$/u.test(name)) {
      throw new FormatError('a DAV:property has no name');
    }
    return { name, namespace: attribute('namespace') ?? 'DAV:', inner: readWanted(property, depth + 1) };
  });
}

interface Walk {
  readonly exchange: Exchange;
  left: number;
}

async function expand(walk: Walk, resource: Resource, wanted: readonly Wanted[]): Promise<Xml> {
  const { visit } = walk.exchange;
  const rowOf = (names: readonly QName[]) => planOf({ kind: 'named', names }, visit).row(resource, visit);
  const follow = new Map(
    wanted
      .filter((each) => each.inner.length > 0 && declaredNamed(visit.dav, each).length > 0)
      .map((each) => [nameKey(each), each]),
  );
  const plain = wanted.filter((each) => !follow.has(nameKey(each)));
  const rows = plain.length > 0 || follow.size === 0 ? [await rowOf(plain)] : [];
  for (const each of follow.values()) rows.push(await withResponses(walk, await rowOf([each]), each.inner));
  return rows.join('');
}

const hrefs = /<D:href>([^<]*)<\/D:href>/g;

/** In the value of a live property each DAV:href gives way to the DAV:response of what it names. */
async function withResponses(walk: Walk, value: Xml, wanted: readonly Wanted[]): Promise<Xml> {
  let text = '';
  let at = 0;
  for (const match of value.matchAll(hrefs)) {
    const [whole, href = ''] = match;
    if (--walk.left < 0) {
      throw new DavError(507, `more than ${expandedResourcesMax} resources would have to be looked at`);
    }
    const path = walk.exchange.locate(href);
    const { resource } = typeof path === 'string' ? { resource: null } : await walk.exchange.find(path);
    const inner = resource?.may('read') ? await expand(walk, resource, wanted) : missingRow;
    text += `${value.slice(at, match.index)}<D:response>${whole}${inner}</D:response>`;
    at = match.index + whole.length;
  }
  return text + value.slice(at);
}
