import { FormatError, StoreError } from '../../base/index.ts';
import { aliasTargetsMax } from '../limits.ts';
import { operations } from '../module.ts';
import { readAddress, readDomain, readOwnAddress } from '../names.ts';
import { catchAllOf, type Wanted } from '../scripts/resolve.ts';
import { pageOf, readPageSize } from './input.ts';
import type { AdminParts } from './parts.ts';
import type { AccountsAdmin, Alias } from './types.ts';

type DirectoryAdmin = Pick<
  AccountsAdmin,
  | 'addDomain'
  | 'domains'
  | 'removeDomain'
  | 'addAlias'
  | 'changeAlias'
  | 'setCatchAll'
  | 'aliases'
  | 'removeAlias'
>;

function readTarget(text: string, mainDomain: string): Wanted {
  try {
    const { key, tag, full } = readAddress(text.includes('@') ? text : `${text}@${mainDomain}`);
    return { key, tag, full };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StoreError('invalid', `the target '${text.slice(0, 100)}' is no address: ${error.message}`);
  }
}

function readTargets(texts: readonly string[], mainDomain: string): Wanted[] {
  if (texts.length === 0 || texts.length > aliasTargetsMax) {
    throw new StoreError('invalid', `an alias leads to 1 to ${aliasTargetsMax} targets`);
  }
  const targets = new Map<string, Wanted>();
  for (const text of texts) {
    const target = readTarget(text, mainDomain);
    if (!targets.has(target.key)) targets.set(target.key, target);
  }
  return [...targets.values()];
}

export function directoryAdmin(parts: AdminParts): DirectoryAdmin {
  const { database, clock, domain: mainDomain } = parts;

  async function endGroup(address: string): Promise<void> {
    for (const hook of parts.onGroupEnd) await hook(address);
  }

  async function putAlias(
    { key, domain }: { readonly key: string; readonly domain: string },
    texts: readonly string[],
    replace: boolean,
  ): Promise<Alias> {
    const targets = readTargets(texts, mainDomain);
    const now = clock.nowMs();
    if (!replace && (await database.call(operations.address, { address: key })) === null) await endGroup(key);
    await database.call(operations.putAlias, { alias: { key, domain }, targets, replace, now });
    return { address: key, targets: targets.map((target) => target.full) };
  }

  return {
    async addDomain(text) {
      const domain = readDomain(text);
      await database.call(operations.addDomain, { domain, now: clock.nowMs() });
      return domain;
    },
    async domains() {
      const rows = await database.call(operations.domains, {});
      return rows.map((row) => ({ ...row, configured: parts.configuredDomains.has(row.domain) }));
    },
    async removeDomain(text) {
      const domain = readDomain(text);
      if (parts.configuredDomains.has(domain)) {
        throw new StoreError('conflict', `the configuration names '${domain}' (coop.domain, coop.aliases)`);
      }
      await database.call(operations.dropDomain, { domain });
    },
    addAlias: async (address, targets) => putAlias(readOwnAddress(address, mainDomain), targets, false),
    changeAlias: async (address, targets) => putAlias(readOwnAddress(address, mainDomain), targets, true),
    async setCatchAll(text, targets) {
      const domain = readDomain(text);
      const key = catchAllOf(domain);
      const isThere = (await database.call(operations.address, { address: key })) !== null;
      if (targets !== null) return putAlias({ key, domain }, targets, isThere);
      if (isThere) await database.call(operations.dropAlias, { alias: key });
      return null;
    },
    async aliases(page = {}) {
      const max = readPageSize(page.max);
      const rows = await database.call(operations.aliases, { after: page.after ?? '', max: max + 1 });
      return pageOf(rows, max, (alias) => alias.address);
    },
    async removeAlias(text) {
      const { key } = readOwnAddress(text, mainDomain);
      await database.call(operations.dropAlias, { alias: key });
      await endGroup(key);
    },
  };
}
