import type { BlobStore } from './blobs/types.ts';
import { coreModule, coreOperations } from './core/module.ts';
import type { Database } from './database.ts';
import { limits } from './limits.ts';
import type { Operation, Step, StoreModule, Walked } from './schema/module.ts';

export interface Stored {
  readonly database: Database;
  readonly blobs: BlobStore;
  /** The list the database was opened with. */
  readonly modules: readonly StoreModule[];
}

/** Runs a walk to its end. */
async function* walk<A extends Step, R extends Walked>(
  database: Database,
  operation: Operation<A, R>,
  more: Omit<A, 'after'>,
): AsyncGenerator<R> {
  for (let after: number | null = -1; after !== null; ) {
    const step: R = await database.call(operation, { ...more, after } as A);
    yield step;
    after = step.next;
  }
}

interface Miscount {
  readonly hash: string;
  readonly counted: number;
  /** Null where no row names the blob at all. */
  readonly kept: number | null;
}

/** Blobs whose count is not how often they are referred to, by hash. */
async function miscounts({ database, modules }: Omit<Stored, 'blobs'>): Promise<Map<string, Miscount>> {
  const counted = new Map<string, number>();
  for (const { blobUses } of modules) {
    if (!blobUses) continue;
    for await (const { uses } of walk(database, blobUses, {})) {
      for (const one of uses) counted.set(one.hash, (counted.get(one.hash) ?? 0) + one.uses);
    }
  }
  const wrong = new Map<string, Miscount>();
  for (let after = ''; ; ) {
    const page = await database.call(coreOperations.allBlobs, { after });
    for (const { hash, refs } of page) {
      const uses = counted.get(hash) ?? 0;
      if (uses !== refs) wrong.set(hash, { hash, counted: uses, kept: refs });
      counted.delete(hash);
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.hash;
  }
  for (const [hash, uses] of counted) wrong.set(hash, { hash, counted: uses, kept: null });
  return wrong;
}

/** The walks see different moments of a running server: only what is wrong twice in the same way is a fault. */
async function lastingMiscounts(stored: Omit<Stored, 'blobs'>): Promise<Miscount[]> {
  const before = await miscounts(stored);
  if (before.size === 0) return [];
  const now = await miscounts(stored);
  return [...now.values()].filter((one) => {
    const was = before.get(one.hash);
    return was !== undefined && was.counted === one.counted && was.kept === one.kept;
  });
}

const blobFault = /^blob ([0-9a-f]{64}): /;

/** Faults of blobs with what has them: asked only where there are any, for it reads all that names a blob. */
async function withOwners(
  { database, modules }: Omit<Stored, 'blobs'>,
  faults: readonly string[],
  addressOf: (account: number) => Promise<string>,
): Promise<string[]> {
  const hashes = new Set(faults.flatMap((fault) => blobFault.exec(fault)?.[1] ?? []));
  const named = new Map<string, string[]>();
  if (hashes.size === 0) return [...faults];
  for (const { blobOwners } of modules) {
    if (!blobOwners) continue;
    for await (const { owners } of walk(database, blobOwners, { hashes: [...hashes] })) {
      for (const { hash, account, what } of owners) {
        const those = named.get(hash) ?? [];
        if (those.length < limits.ownersNamedMax) those.push(`${what} of ${await addressOf(account)}`);
        else if (those.length === limits.ownersNamedMax) those.push('and more');
        named.set(hash, those);
      }
    }
  }
  return faults.map((fault) => {
    const owners = named.get(blobFault.exec(fault)?.[1] ?? '');
    return owners ? `${fault} (${owners.join(', ')})` : fault;
  });
}

/**
 * Everything that can be checked: the engine's own check, each module's, the blobs' counts and every blob's bytes.
 * One line per fault, empty when all is sound. Works beside a running server. `progress`: blobs read so far. `addressOf`:
 * how an account is told; with it the files of a bad content are named, as members named them.
 */
export async function verifyAll(
  stored: Stored,
  progress?: (blobs: number) => void,
  addressOf?: (account: number) => Promise<string>,
): Promise<string[]> {
  const { database, blobs, modules } = stored;
  const faults = (await database.check()).map((line) => `database: ${line}`);
  faults.push(...(await verifyModules({ database, modules })));
  for (const { hash, counted, kept } of await lastingMiscounts(stored)) {
    faults.push(
      kept === null
        ? `blob ${hash}: referred to ${counted} times but not stored`
        : `blob ${hash}: counted ${kept} times, referred to ${counted} times`,
    );
  }
  faults.push(...(await blobs.verify(progress)));
  return addressOf === undefined ? faults : withOwners(stored, faults, addressOf);
}

/** What the modules themselves find wrong with their rows, one line each. */
export async function verifyModules({
  database,
  modules,
}: Pick<Stored, 'database' | 'modules'>): Promise<string[]> {
  const faults: string[] = [];
  for (const { checks } of modules)
    for (const check of checks ?? [])
      for await (const found of walk(database, check, {})) faults.push(...found.faults);
  return faults;
}

/**
 * Works out again what follows from the rest: counters, counts of references. What is lost stays lost and is still
 * named by `verifyAll`. Answers one line per thing mended. `now`: ms since 1970.
 */
export async function repairAll(stored: Omit<Stored, 'blobs'>, now: number): Promise<string[]> {
  const { database, modules } = stored;
  const mended: string[] = [];
  for (const { repair } of modules) {
    if (!repair) continue;
    for await (const found of walk(database, repair, { now })) mended.push(...found.faults);
  }
  const wrong = (await lastingMiscounts(stored)).flatMap(({ hash, counted, kept }) =>
    kept === null ? [] : [{ hash, was: kept, refs: counted }],
  );
  for (let at = 0; at < wrong.length; at += limits.walkRows) {
    const counts = wrong.slice(at, at + limits.walkRows);
    for (const hash of await database.call(coreOperations.setBlobRefs, { counts, now }))
      mended.push(`blob ${hash}: counted again`);
  }
  return mended;
}

/**
 * To be run once on a restored database before anybody is let in: change counters, UIDVALIDITYs and ids go on above
 * all that may have been handed out between the backup and its restore.
 */
export async function afterRestore(stored: Omit<Stored, 'blobs'>, nowSeconds: number): Promise<void> {
  for (const { restored } of [coreModule, ...stored.modules]) {
    if (!restored) continue;
    for await (const _ of walk(stored.database, restored, { nowSeconds }));
  }
}
