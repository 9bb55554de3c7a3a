import { type Accounts, publicAccount } from '../../../accounts/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { FileNode, FilesReader } from '../types.ts';
import type { ShareRow } from './scripts.ts';

export interface StandingOptions {
  readonly accounts: Pick<Accounts, 'member' | 'groupsOf'>;
  readonly files: Pick<FilesReader, 'chain'>;
  readonly clock: Clock;
}

/** What stands at a node and above it. */
export interface Standing {
  readonly node: FileNode;
  /** Ids of the node and of the folders above it. */
  readonly chain: ReadonlySet<number>;
}

/** Anything that gives somebody a node. */
interface Gift {
  readonly account: number;
  readonly node: number;
  readonly by: number;
  readonly parent: number;
  readonly expires: number;
}

/**
 * Judges shares and links by how things are now: the node is there, the owner and who shared are members still, and who
 * shared on still has it to share, of a folder above or of the node itself. One of these lives as long as one question.
 */
export class Judge {
  readonly #options: StandingOptions;
  readonly #now: number;
  readonly #shares = new Map<number, ShareRow>();
  readonly #active = new Map<number, Promise<boolean>>();
  readonly #groups = new Map<number, Promise<readonly string[]>>();
  readonly #standing = new Map<string, Promise<Standing | null>>();

  constructor(options: StandingOptions, shares: readonly ShareRow[] = []) {
    this.#options = options;
    this.#now = options.clock.nowMs();
    for (const share of shares) this.#shares.set(share.id, share);
  }

  /** What the gift gives; null where it gives nothing any more, or hangs on itself. */
  async judge(gift: Gift, seen: ReadonlySet<number> = new Set()): Promise<Standing | null> {
    if (seen.has(gift.parent)) return null;
    if (gift.expires > 0 && gift.expires <= this.#now) return null;
    if (!(await this.#isActive(gift.account)) || !(await this.#isActive(gift.by))) return null;
    const standing = await this.standingOf(gift.account, gift.node);
    if (!standing) return null;
    if (gift.parent === 0) return gift.by === gift.account ? standing : null;
    const parent = this.#shares.get(gift.parent);
    if (parent?.rights !== 'reshare' || parent.account !== gift.account) return null;
    if (!standing.chain.has(parent.node) || !(await this.#reaches(parent, gift.by))) return null;
    return (await this.judge(parent, new Set([...seen, parent.id]))) && standing;
  }

  async #reaches(share: ShareRow, member: number): Promise<boolean> {
    if (share.member > 0) return share.member === member;
    return (await this.groupsOf(member)).includes(share.address);
  }

  groupsOf(member: number): Promise<readonly string[]> {
    return once(this.#groups, member, () => this.#options.accounts.groupsOf(member));
  }

  #isActive(account: number): Promise<boolean> {
    if (account === publicAccount) return Promise.resolve(true);
    return once(this.#active, account, async () => {
      const member = await this.#options.accounts.member(account);
      return member !== null && !member.disabled;
    });
  }

  standingOf(account: number, id: number): Promise<Standing | null> {
    return once(this.#standing, `${account} ${id}`, async () => {
      const chain = await this.#options.files.chain(account, id);
      const [node] = chain;
      return node ? { node, chain: new Set(chain.map((each) => each.id)) } : null;
    });
  }
}

function once<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  ask: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(key);
  if (before) return before;
  const asked = ask();
  known.set(key, asked);
  return asked;
}
