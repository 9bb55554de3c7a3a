import { StoreError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import { readOverwrite, readWholeDepth, startsWithPath } from '../server/index.ts';
import type { Collection, CopyTarget, DavMethod, Exchange, Found, Resource, Written } from '../types.ts';
import { answerWritten, inParent, noParent } from './answer.ts';

/** RFC 4918 §9.8: properties come along, locks do not; all of it or nothing. */
export const copy: DavMethod = {
  name: 'COPY',
  rfc: 'RFC 4918 §9.8',
  on: ({ resource }: Found) => resource?.copyTo !== undefined,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    if (!resource?.copyTo) return;
    const target = await targetOf(exchange, resource, readWholeDepth(exchange));
    await answered(exchange, target, resource.copyTo(target, exchange.write));
  },
};

/** RFC 4918 §9.9 */
export const move: DavMethod = {
  name: 'MOVE',
  rfc: 'RFC 4918 §9.9',
  on: ({ resource }: Found) => resource?.moveTo !== undefined,
  demands: ({ parent }: Found) => [
    { on: 'resource', privilege: 'read' },
    { on: parent ? 'parent' : 'resource', privilege: 'unbind' },
  ],
  async run(exchange, { resource }) {
    if (!resource?.moveTo) return;
    const depth = readWholeDepth(exchange);
    // §9.9.2; of what is no collection any depth is the same.
    if (resource.isCollection && depth === '0') throw new DavError(400, 'a collection is moved whole');
    const target = await targetOf(exchange, resource, 'infinity');
    await answered(exchange, target, resource.moveTo(target, exchange.write));
  },
};

/** Where it leads to. What a request's conditions say is of what it names, not of that. */
async function targetOf(
  exchange: Exchange,
  resource: Resource,
  depth: '0' | 'infinity',
): Promise<CopyTarget> {
  const overwrite = readOverwrite(exchange);
  const path = exchange.destination();
  const { resource: existing, parent, name } = await exchange.find(path);
  const canonical = existing?.path ?? (parent ? [...parent.path, name] : path);
  refuseItself(exchange, resource, canonical, depth);
  if (existing && !overwrite) throw new DavError(412, 'something stands at the Destination');
  if (name === '') throw new DavError(403, 'nothing can be put in the place of that');
  if (!parent) throw noParent();
  demandTarget(exchange, parent, existing);
  return { parent, name, existing, depth };
}

/** §9.8.5, §9.9.4: source and destination are the same, or one would end in the other. */
function refuseItself(
  exchange: Exchange,
  { path, isCollection }: Resource,
  target: readonly string[],
  depth: '0' | 'infinity',
): void {
  if (startsWithPath(path, target)) {
    const what = path.length === target.length ? 'the same' : 'what it lies in';
    throw new DavError(403, `the Destination is ${what}`);
  }
  const whole = isCollection && (exchange.method === 'MOVE' || depth === 'infinity');
  if (whole && startsWithPath(target, path))
    throw new DavError(403, 'a collection cannot be put into itself');
}

/** RFC 3744 appendix B */
function demandTarget(exchange: Exchange, parent: Collection, existing: Resource | null): void {
  exchange.demand(parent, 'bind');
  if (existing) exchange.demand(parent, 'unbind');
}

async function answered(exchange: Exchange, target: CopyTarget, task: Promise<Written>): Promise<void> {
  try {
    const written = await inParent(task);
    answerWritten(exchange, { ...written, created: target.existing === null });
  } catch (error) {
    // It came between looking and writing.
    if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
    throw new DavError(412, 'something stands at the Destination');
  }
}
