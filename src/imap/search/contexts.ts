import { Farewell, Gone } from '../errors.ts';
import type { Call } from '../features.ts';
import type { ItemPlan } from '../fetch/plan.ts';
import { fetchMessages } from '../fetch/run.ts';
import type { MailboxWatcher, Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { sortUids } from '../sort/sort.ts';
import { type SearchKey, SequenceSet, type SortCriterion } from '../wire/index.ts';
import type { Answering } from './answer.ts';
import { setOf } from './answer.ts';
import { someKey } from './program.ts';
import { search } from './run.ts';

/** One search that the client wants to be told changes of (RFC 5267 §4.3). */
interface Context {
  readonly tag: string;
  readonly uid: boolean;
  readonly key: SearchKey;
  /** What is fetched of messages that others put into the result by putting them into the mailbox; empty for nothing. */
  readonly plans: readonly ItemPlan[];
  /** Null for SEARCH. */
  readonly criteria: readonly SortCriterion[] | null;
  /** What the client knows the result to be, in its order. */
  uids: Uint32Array;
}

/** A place in the result from 1, or 0 where it is the order of the mailbox, and what goes there in this order. */
type Update = readonly [position: number, uids: readonly number[]];

/** Of each mailbox that is open, its searches; they end with it. */
const ofMailbox = new WeakMap<Selected, Contexts>();

export function contextsOf(session: Session): Contexts {
  const { mailbox } = session;
  let contexts = ofMailbox.get(mailbox);
  if (contexts === undefined) {
    contexts = new Contexts(session);
    ofMailbox.set(mailbox, contexts);
    mailbox.watch(contexts);
  }
  return contexts;
}

export class Contexts implements MailboxWatcher {
  readonly #session: Session;
  readonly #contexts = new Map<string, Context>();

  constructor(session: Session) {
    this.#session = session;
  }

  has(tag: string): boolean {
    return this.#contexts.has(tag);
  }

  /** Null where the result is kept up to date from now on, otherwise why it is not (RFC 5267 §4.3.1). */
  keep(
    { tag, uid }: Call,
    { program, criteria, results }: Answering,
    plans: readonly ItemPlan[],
  ): string | null {
    const { contextsMax } = this.#session.limits;
    if (this.#contexts.size >= contextsMax) return `more than ${contextsMax} searches are kept up to date`;
    if (dependsOnMore(program.key, this.#session)) return 'its results change with more than the messages';
    const context = { tag, uid, key: program.key, plans, criteria, uids: Uint32Array.from(results.uids) };
    const why = this.#tooLarge(context, context.uids.length);
    if (why === null) this.#contexts.set(tag, context);
    return why;
  }

  /** False where there is no such search. */
  cancel(tag: string): boolean {
    return this.#contexts.delete(tag);
  }

  vanishing(uids: Iterable<number>): void {
    const gone = new Set(uids);
    for (const context of this.#contexts.values()) {
      const [left, removed] = split(context, gone);
      if (removed.length === 0) continue;
      this.#tell(context, 'REMOVEFROM', removed);
      context.uids = left;
    }
  }

  async changed(uids: readonly number[], arrived: readonly number[]): Promise<void> {
    for (const context of [...this.#contexts.values()]) {
      try {
        await this.#update(context, uids, arrived);
      } catch (error) {
        if (error instanceof Gone || error instanceof Farewell) throw error;
        this.#session.log.warn('a search could not be kept up to date', { error });
        this.#drop(context, 'it could not be looked for again');
      }
    }
  }

  async #update(context: Context, uids: readonly number[], arrived: readonly number[]): Promise<void> {
    const among: SearchKey = { kind: 'uid', set: SequenceSet.of(uids) };
    const keys = context.key.kind === 'and' ? context.key.keys : [context.key];
    const found = new Set((await search(this.#session, { kind: 'and', keys: [among, ...keys] }, false)).uids);
    const known = membersAmong(context.uids, uids);
    const [left, removed] = split(context, new Set([...known].filter((uid) => !found.has(uid))));
    if (removed.length > 0) this.#tell(context, 'REMOVEFROM', removed);
    context.uids = left;
    const added = [...found].filter((uid) => !known.has(uid)).sort((a, b) => a - b);
    if (added.length === 0) return;
    // RFC 5465 §7: after EXISTS and before ESEARCH.
    const fetched = context.plans.length > 0 ? arrived.filter((uid) => found.has(uid)) : [];
    if (fetched.length > 0) await fetchMessages(this.#session, fetched, context.plans, { peek: true });
    await this.#add(context, added);
  }

  async #add(context: Context, added: readonly number[]): Promise<void> {
    const why = this.#tooLarge(context, context.uids.length + added.length);
    if (why !== null) {
      this.#drop(context, why);
      return;
    }
    const all = [...context.uids, ...added].sort((a, b) => a - b);
    if (context.criteria === null) {
      this.#tell(context, 'ADDTO', [[0, added]]);
      context.uids = Uint32Array.from(all);
      return;
    }
    const sorted = await sortUids(this.#session, all, context.criteria);
    this.#tell(context, 'ADDTO', runsOf(sorted, new Set(added)));
    context.uids = Uint32Array.from(sorted);
  }

  #tooLarge({ tag, criteria }: Context, size: number): string | null {
    const { contextMessagesMax, contextSortedMessagesMax } = this.#session.limits;
    if (criteria !== null && size > contextSortedMessagesMax) return 'it has too many messages to sort again';
    let held = size;
    for (const context of this.#contexts.values()) if (context.tag !== tag) held += context.uids.length;
    return held > contextMessagesMax ? 'too many messages would have to be remembered' : null;
  }

  #drop({ tag }: Context, why: string): void {
    this.#contexts.delete(tag);
    this.#session.out.untagged('NO', { code: 'NOUPDATE', tag }, why);
  }

  /** `* ESEARCH (TAG "B01") UID ADDTO (0 32768:32769)`. RFC 5267 §4.3.2. */
  #tell({ tag, uid }: Context, item: 'ADDTO' | 'REMOVEFROM', updates: readonly Update[]): void {
    const { out } = this.#session;
    const text = updates.map(([position, uids]) => `${position} ${setOf(this.#session, { uid }, uids)}`);
    out
      .data('ESEARCH')
      .raw(` (TAG "${tag}")${uid ? ' UID' : ''} ${item} (${text.join(' ')})`)
      .crlf();
  }
}

/**
 * Message numbers, the saved result and the time of day change without any message doing so; to follow them is not
 * asked of us (RFC 5267 §4.3.1).
 */
function dependsOnMore(key: SearchKey, session: Session): boolean {
  const { searchKeys } = session.services.features;
  return someKey(key, (one) => {
    if (one.kind === 'sequence') return one.set.toString() !== '1:*';
    if (one.kind === 'uid') return one.set.isSaved;
    return one.kind === 'extension' && (searchKeys.get(one.name)?.changesWithTime ?? false);
  });
}

/** What is left of the result, and what goes, as updates that are applied one after the other. */
function split({ uids, criteria }: Context, gone: ReadonlySet<number>): [Uint32Array, Update[]] {
  if (gone.size === 0) return [uids, []];
  const left = uids.filter((uid) => !gone.has(uid));
  if (left.length === uids.length) return [uids, []];
  if (criteria === null) return [left, [[0, [...uids.filter((uid) => gone.has(uid))]]]];
  const runs = runsOf(uids, gone);
  let before = 0;
  const updates = runs.map(([position, run]): Update => {
    before += run.length;
    return [position - before + run.length, run];
  });
  return [left, updates];
}

/** Those uids that stand beside each other in the result, and where the first of them stands, from 1. */
function runsOf(result: Iterable<number>, wanted: ReadonlySet<number>): Update[] {
  const runs: [number, number[]][] = [];
  let position = 0;
  for (const uid of result) {
    position++;
    if (!wanted.has(uid)) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1].length === position) last[1].push(uid);
    else runs.push([position, [uid]]);
  }
  return runs;
}

function membersAmong(members: Uint32Array, uids: readonly number[]): Set<number> {
  const asked = new Set(uids);
  return new Set(members.filter((uid) => asked.has(uid)));
}
