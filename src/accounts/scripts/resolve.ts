import { StoreError } from '../../base/index.ts';
import { first, run, type Script } from '../../storage/index.ts';
import { aliasDepthMax, recipientsMax } from '../limits.ts';
import type { AccountQueries } from '../queries.ts';
import type { Recipient, Resolution } from '../types.ts';

/** What is looked up: `key` of names.ts, its tag, and how a remote server would be told. */
export interface Wanted {
  readonly key: string;
  readonly tag: string | null;
  readonly full: string;
}

// RFC 5321 §4.5.1 and RFC 2142 §2: someone must read these.
const administratorRoles = new Set(['postmaster', 'abuse']);

/** What a domain's mail for nobody in particular leads to is an alias of this name; no other address may have it. */
export function catchAllOf(domain: string): string {
  return `*@${domain}`;
}

interface Walk {
  /** Whether addresses that nobody has lead to the catch-all of their domain. */
  readonly catchesAll: boolean;
  readonly seen: Set<string>;
  readonly recipients: Map<string, Recipient>;
  /** Members who would get it, were they not disabled. */
  disabled: number;
  next: Wanted[];
}

type Step = 'found' | 'unknown' | 'foreign';

function addMemberTo(walk: Walk, member: { id: number; address: string }, tag: string | null): void {
  const key = `member ${member.id}`;
  if (walk.recipients.has(key)) return;
  walk.recipients.set(key, { kind: 'member', account: member.id, address: member.address, tag });
}

function isRole(key: string): boolean {
  return administratorRoles.has(key.slice(0, key.lastIndexOf('@')));
}

function* addAdministrators(q: AccountQueries, wanted: Wanted, walk: Walk): Script<boolean> {
  const administrators = yield* run(q.administrators, {});
  for (const administrator of administrators) addMemberTo(walk, administrator, wanted.tag);
  return administrators.length > 0;
}

/** `held`: it was a deleted member's, whose mail is nobody else's. */
function* missing(q: AccountQueries, wanted: Wanted, walk: Walk, held: boolean): Script<Step> {
  const domain = wanted.key.slice(wanted.key.lastIndexOf('@') + 1);
  if ((yield* run(q.domainFind, { domain })).length === 0) return 'foreign';
  if (isRole(wanted.key) && (yield* addAdministrators(q, wanted, walk))) return 'found';
  if (held || !walk.catchesAll) return 'unknown';
  const targets = yield* run(q.targetsOf, { alias: catchAllOf(domain) });
  follow(walk, wanted, targets);
  return targets.length > 0 ? 'found' : 'unknown';
}

function follow(
  walk: Walk,
  wanted: Wanted,
  targets: readonly { readonly target: string; readonly lookup: string; readonly tag: string }[],
): void {
  for (const { target, lookup, tag } of targets) {
    walk.next.push({ key: lookup, tag: tag === '' ? wanted.tag : tag, full: target });
  }
}

function* visit(q: AccountQueries, wanted: Wanted, walk: Walk): Script<Step> {
  const row = first(yield* run(q.addressFind, { address: wanted.key }));
  if (!row || row.kind === 'reserved') return yield* missing(q, wanted, walk, row !== undefined);
  if (row.kind === 'alias') {
    follow(walk, wanted, yield* run(q.targetsOf, { alias: wanted.key }));
    return 'found';
  }
  if (row.disabled || row.address === null) walk.disabled++;
  else addMemberTo(walk, { id: row.id, address: row.address }, wanted.tag);
  return 'found';
}

/** Level by level, every address once: a loop ends where it started. */
function* expand(q: AccountQueries, wanted: Wanted, walk: Walk): Script<Step> {
  walk.seen.add(wanted.key);
  const step = yield* visit(q, wanted, walk);
  for (let depth = 1; walk.next.length > 0; depth++) {
    const level = walk.next;
    walk.next = [];
    for (const target of level) {
      if (walk.seen.has(target.key)) continue;
      walk.seen.add(target.key);
      if (depth > aliasDepthMax || walk.seen.size > recipientsMax) {
        throw new StoreError('limit', 'the alias leads to more addresses than this server follows');
      }
      if ((yield* visit(q, target, walk)) === 'foreign') {
        walk.recipients.set(target.key, { kind: 'remote', address: target.full });
      }
    }
  }
  return step;
}

function newWalk(catchesAll: boolean): Walk {
  return { catchesAll, seen: new Set(), recipients: new Map(), disabled: 0, next: [] };
}

/** Where mail for the address goes. A member's own address costs one point read. */
export function* resolveAddress(q: AccountQueries, wanted: Wanted, catchesAll = true): Script<Resolution> {
  const walk = newWalk(catchesAll);
  const step = yield* expand(q, wanted, walk);
  if (step !== 'found') return { kind: step };
  // Whatever an alias for it leads to: somebody must read it.
  if (walk.recipients.size === 0 && isRole(wanted.key)) yield* addAdministrators(q, wanted, walk);
  if (walk.recipients.size > 0) return { kind: 'local', recipients: [...walk.recipients.values()] };
  return { kind: walk.disabled > 0 ? 'disabled' : 'unknown' };
}

/**
 * Whether the address leads to this member and to nobody else, disabled members counted. Whoever reads a catch-all does not
 * write as everybody that it stands for.
 */
export function* leadsOnlyTo(q: AccountQueries, a: Wanted & { member: number }): Script<boolean> {
  const walk = newWalk(false);
  yield* expand(q, a, walk);
  const [only, ...others] = walk.recipients.values();
  return walk.disabled === 0 && others.length === 0 && only?.kind === 'member' && only.account === a.member;
}

/** Domains are asked about once, and what is at another's is not looked for here. */
function* atOurs(q: AccountQueries, wanted: readonly Wanted[]): Script<readonly boolean[]> {
  const ours = new Map<string, boolean>();
  const found: boolean[] = [];
  for (const { key } of wanted) {
    const domain = key.slice(key.lastIndexOf('@') + 1);
    const known = ours.get(domain) ?? (yield* run(q.domainFind, { domain })).length > 0;
    ours.set(domain, known);
    found.push(known);
  }
  return found;
}

/** As `resolveAddress`, in their order. */
export function* resolveAll(
  q: AccountQueries,
  { wanted }: { wanted: readonly Wanted[] },
): Script<readonly Resolution[]> {
  const ours = yield* atOurs(q, wanted);
  const found: Resolution[] = [];
  for (const [at, each] of wanted.entries())
    found.push(ours[at] ? yield* resolveAddress(q, each) : { kind: 'foreign' });
  return found;
}

/** As `leadsOnlyTo`, in their order. */
export function* ownedAmong(
  q: AccountQueries,
  { wanted, member }: { wanted: readonly Wanted[]; member: number },
): Script<readonly boolean[]> {
  const ours = yield* atOurs(q, wanted);
  const found: boolean[] = [];
  for (const [at, each] of wanted.entries())
    found.push(ours[at] === true && (yield* leadsOnlyTo(q, { ...each, member })));
  return found;
}
