import { FormatError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import { type PropertyVerdict, readPropertyChanges, verdictXml } from '../properties/changes.ts';
import { nameKey } from '../properties/declared.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { DavMethod, QName } from '../types.ts';

/** RFC 4918 §9.2: all of it or nothing. What must be allowed for it the properties say: some are the visitor's own. */
export const proppatch: DavMethod = {
  name: 'PROPPATCH',
  rfc: '4918 §9.2',
  on: ({ resource }) => resource?.patch !== undefined,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    const body = await exchange.xml('verbatim');
    if (resource?.patch === undefined) throw new DavError(405, 'nothing can be set here');
    if (body?.namespace !== 'DAV:' || body.name !== 'propertyupdate') {
      throw new FormatError('the body is no DAV:propertyupdate');
    }
    const { visit } = exchange;
    const { changes, verdicts, refused, demands } = readPropertyChanges(body, { dav: visit.dav, resource });
    if (verdicts.length === 0) throw new FormatError('the DAV:propertyupdate names no property');
    for (const privilege of demands) exchange.demand(resource, privilege);
    const late = refused ? null : await resource.patch(changes, exchange.write).catch(refusedProperty);
    // RFC 8144 §2.3
    if (!refused && !late && visit.prefer.return === 'minimal')
      return exchange.send(200, preferencesApplied(exchange));
    const answer = exchange.multiStatus();
    await answer.response(visit.href(resource), verdictXml(late ? withRefused(verdicts, late) : verdicts));
    await answer.end();
  },
};

interface Refused {
  readonly error: DavError;
  readonly property: QName;
}

/** What was refused for the value of one property is told of that one (RFC 4918 §9.2.1); anything else is thrown on. */
function refusedProperty(error: unknown): Refused {
  if (error instanceof DavError && error.property !== null) return { error, property: error.property };
  throw error;
}

function withRefused(
  verdicts: readonly PropertyVerdict[],
  { error, property }: Refused,
): readonly PropertyVerdict[] {
  return verdicts.map((verdict) =>
    nameKey(verdict) === nameKey(property)
      ? { ...verdict, status: error.status === 403 ? 403 : 409, condition: error.condition }
      : { ...verdict, status: 424 },
  );
}
