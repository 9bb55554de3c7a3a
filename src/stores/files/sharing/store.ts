import type { Accounts, Hasher } from '../../../accounts/index.ts';
import { type Clock, randomToken, StoreError } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import { LinkPasswords } from '../links/passwords.ts';
import type { LinkRow } from '../links/scripts.ts';
import { checkName } from '../names.ts';
import {
  type FileNode,
  type FilesReader,
  type Link,
  rootFolder,
  type Share,
  type Sharing,
} from '../types.ts';
import { limits } from './limits.ts';
import { endAllStrayLocks, endStrayLocks } from './locks.ts';
import { sharingOperations as operations } from './module.ts';
import { receivedOf, shareOf } from './received.ts';
import { findReceiver } from './receivers.ts';
import type { ShareRow } from './scripts.ts';
import { Judge } from './standing.ts';

export interface SharingOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'member' | 'groupsOf' | 'byName' | 'byAddress' | 'group'>;
  readonly files: Pick<FilesReader, 'node' | 'chain'>;
  /** For the passwords of links. */
  readonly hasher: Hasher;
  /** Whether members may make links; asked each time. */
  mayLink(): boolean;
}

const dayMs = 86_400_000;

function linkOf({ left, password, created, expires, ...row }: LinkRow): Link {
  const { token, account, node, by, rights, label, downloads, version } = row;
  const hasPassword = password !== '';
  const times = { createdMs: created, expiresMs: expires };
  return {
    token,
    account,
    node,
    by,
    rights,
    label,
    hasPassword,
    downloads,
    downloadsLeft: left,
    version,
    ...times,
  };
}

const isTime = (value: number) => Number.isSafeInteger(value) && value >= 0;

/** Shares and links over one database. */
class SharingStore implements Sharing {
  readonly #options: SharingOptions;
  readonly #passwords: LinkPasswords;

  constructor(options: SharingOptions) {
    this.#options = options;
    this.#passwords = new LinkPasswords(options.hasher, options.clock);
  }

  get #database(): Database {
    return this.#options.database;
  }

  async receivedBy(member: number, groups: readonly string[]) {
    const { rows, parents, marks } = await this.#database.call(operations.given, { member, groups });
    return receivedOf(member, rows, marks, new Judge(this.#options, parents));
  }

  async sharesOf(account: number, node: number): Promise<readonly Share[]> {
    const rows = await this.#database.call(operations.sharesOf, { account, node });
    return rows.filter(({ expires }) => !this.#isOver(expires)).map(shareOf);
  }

  async sharesBy(member: number): Promise<readonly Share[]> {
    const rows = await this.#database.call(operations.sharesBy, { member });
    return rows.filter(({ expires }) => !this.#isOver(expires)).map(shareOf);
  }

  #isOver(expires: number): boolean {
    return expires > 0 && expires <= this.#options.clock.nowMs();
  }

  async share(id: number): Promise<Share | null> {
    const row = await this.#database.call(operations.share, { id });
    return row && !this.#isOver(row.expires) ? shareOf(row) : null;
  }

  receiver(address: string): Promise<Share['to'] | null> {
    return findReceiver(this.#options.accounts, address);
  }

  async grant(wish: Parameters<Sharing['grant']>[0]): Promise<Share> {
    const { account, node, to, rights, by, expiresMs } = wish;
    const member = to.kind === 'member' ? to.member : 0;
    const address = to.kind === 'group' ? to.address : '';
    this.#demandEnd(expiresMs);
    if (to.kind === 'member') {
      if (member === by || member === account)
        throw new StoreError('invalid', 'this cannot be shared with oneself or with its owner');
      const receiver = await this.#options.accounts.member(member);
      if (!receiver) throw new StoreError('not-found', 'there is no such member');
    }
    const { parents } = await this.#demandOwn(account, node, by);
    const row = { account, node, member, address, rights, by, expires: expiresMs, parents };
    const now = this.#options.clock.nowMs();
    const granted = await this.#database.call(operations.grant, { ...row, now, accounts: [account, by] });
    // It may be one that gave more before, or for longer.
    await endStrayLocks(this.#options, this, account);
    return shareOf(granted);
  }

  /** Not in the past; 0 is never. */
  #demandEnd(expiresMs: number): void {
    if (!isTime(expiresMs)) throw new StoreError('invalid', 'this is no time');
    if (this.#isOver(expiresMs)) throw new StoreError('invalid', 'this time is over');
  }

  /**
   * The node, and the shares by which `by` has it to share, the one that lasts longest first; none where it is theirs.
   * 'not-found' for what they may not see, 'denied' for what they may not share.
   */
  async #demandOwn(
    account: number,
    node: number,
    by: number,
  ): Promise<{ parents: readonly number[]; node: FileNode }> {
    const gone = () => new StoreError('not-found', 'there is no such file or folder');
    const alone = new Judge(this.#options);
    const standing = await alone.standingOf(account, node);
    if (by === account) {
      if (node === rootFolder)
        throw new StoreError('invalid', 'a folder with everything cannot be shared whole');
      if (!standing) throw gone();
      return { parents: [], node: standing.node };
    }
    const groups = await this.#options.accounts.groupsOf(by);
    const { rows, parents } = await this.#database.call(operations.given, { member: by, groups });
    const judge = new Judge(this.#options, parents);
    const found: ShareRow[] = [];
    let seen = false;
    for (const row of rows) {
      if (row.account !== account || !standing?.chain.has(row.node) || !(await judge.judge(row))) continue;
      seen = true;
      if (row.rights === 'reshare') found.push(row);
    }
    if (!seen || !standing) throw gone();
    if (found.length === 0) throw new StoreError('denied', 'this may not be shared on');
    found.sort((x, y) => Number(lasts(y) > lasts(x)) - Number(lasts(x) > lasts(y)));
    return { parents: found.map(({ id }) => id), node: standing.node };
  }

  async changeShare(id: number, change: Parameters<Sharing['changeShare']>[1]): Promise<Share> {
    const share = await this.share(id);
    if (!share) throw new StoreError('not-found', 'there is no such share');
    if (change.expiresMs !== undefined) this.#demandEnd(change.expiresMs);
    const row = await this.#database.call(operations.changeShare, {
      account: share.account,
      id,
      ...(change.rights === undefined ? {} : { rights: change.rights }),
      ...(change.expiresMs === undefined ? {} : { expires: change.expiresMs }),
    });
    await endStrayLocks(this.#options, this, share.account);
    return shareOf(row);
  }

  async forgetGroup(address: string): Promise<void> {
    const { rows } = await this.#database.call(operations.given, { member: 0, groups: [address] });
    for (const { id } of rows) await this.revoke(id);
  }

  async revoke(id: number): Promise<void> {
    const row = await this.#database.call(operations.share, { id });
    if (!row) return;
    await this.#database.call(operations.revoke, { account: row.account, id });
    await endStrayLocks(this.#options, this, row.account);
  }

  /** What the receiver has by that share, or by another one of the same node. */
  async #demandReceived(member: number, id: number) {
    const received = await this.receivedBy(member, await this.#options.accounts.groupsOf(member));
    const share = await this.share(id);
    const found = received.find(({ node }) => node.account === share?.account && node.id === share.node);
    if (!found) throw new StoreError('not-found', 'nothing is shared by that name');
    return { found, received };
  }

  async renameReceived(member: number, share: number, name: string): Promise<void> {
    checkName(name);
    const { found, received } = await this.#demandReceived(member, share);
    const key = name.normalize('NFC');
    if (received.some((other) => other !== found && other.name.normalize('NFC') === key))
      throw new StoreError('exists', 'something else is shared by that name');
    const { account, id } = found.node;
    await this.#database.call(operations.name, { member, account, node: id, name });
  }

  async leave(member: number, share: number): Promise<void> {
    const { found } = await this.#demandReceived(member, share);
    const { account, id } = found.node;
    await this.#database.call(operations.hide, { member, account, node: id });
    await endStrayLocks(this.#options, this, account);
  }

  async link(token: string): Promise<Link | null> {
    const row = await this.#standing(token);
    return row && linkOf(row);
  }

  async #standing(token: string): Promise<LinkRow | null> {
    const found = await this.#database.call(operations.link, { token });
    if (!found || found.link.left === 0) return null;
    return (await new Judge(this.#options, found.parents).judge(found.link)) ? found.link : null;
  }

  async linksOf(account: number, node: number): Promise<readonly Link[]> {
    return (await this.#database.call(operations.linksOf, { account, node })).map(linkOf);
  }

  async linksBy(member: number): Promise<readonly Link[]> {
    return (await this.#database.call(operations.linksBy, { member })).map(linkOf);
  }

  async createLink(wish: Parameters<Sharing['createLink']>[0]): Promise<Link> {
    const { account, node, by, rights, password = '', label = '', expiresMs = 0, downloadsMax } = wish;
    if (!this.#options.mayLink()) throw new StoreError('denied', 'links are not made on this server');
    this.#demandEnd(expiresMs);
    demandLabel(label);
    demandDownloads(downloadsMax);
    const own = await this.#demandOwn(account, node, by);
    demandKind(own.node, rights);
    const row = await this.#database.call(operations.createLink, {
      accounts: [account, by],
      token: randomToken(limits.linkTokenBits),
      account,
      node,
      by,
      rights,
      password: password === '' ? '' : await this.#passwords.hash(password),
      label,
      expires: expiresMs,
      left: downloadsMax ?? null,
      parent: own.parents[0] ?? 0,
      now: this.#options.clock.nowMs(),
    });
    return linkOf(row);
  }

  async changeLink(token: string, change: Parameters<Sharing['changeLink']>[1]): Promise<Link> {
    const found = await this.#database.call(operations.link, { token });
    if (!found) throw new StoreError('not-found', 'there is no such link');
    const { account, node } = found.link;
    const { rights, label, expiresMs, downloadsMax, password } = change;
    if (expiresMs !== undefined) this.#demandEnd(expiresMs);
    if (label !== undefined) demandLabel(label);
    demandDownloads(downloadsMax);
    const standing = rights === undefined ? null : await this.#options.files.node(account, node);
    if (rights !== undefined && standing) demandKind(standing, rights);
    const phc = password === undefined ? undefined : await this.#hashed(password);
    const row = await this.#database.call(operations.changeLink, {
      account,
      token,
      ...(rights === undefined ? {} : { rights }),
      ...(label === undefined ? {} : { label }),
      ...(expiresMs === undefined ? {} : { expires: expiresMs }),
      ...(downloadsMax === undefined ? {} : { left: downloadsMax }),
      ...(phc === undefined ? {} : { password: phc }),
    });
    await endStrayLocks(this.#options, this, account);
    return linkOf(row);
  }

  async #hashed(password: string | null): Promise<string> {
    return password === null || password === '' ? '' : this.#passwords.hash(password);
  }

  async revokeLink(token: string): Promise<void> {
    const found = await this.#database.call(operations.link, { token });
    if (!found) return;
    await this.#database.call(operations.dropLink, { token });
    await endStrayLocks(this.#options, this, found.link.account);
  }

  async checkPassword(token: string, password: string, remote: string): Promise<boolean> {
    return this.#passwords.check(token, await this.#standing(token), password, remote);
  }

  countDownload(token: string): Promise<boolean> {
    return this.#database.call(operations.countDownload, { token });
  }

  favouritesOf(member: number): Promise<readonly { readonly account: number; readonly node: number }[]> {
    return this.#database.call(operations.favourites, { member });
  }

  setFavourite(
    member: number,
    { account, id }: Pick<FileNode, 'account' | 'id'>,
    isOne: boolean,
  ): Promise<void> {
    const operation = isOne ? operations.addFavourite : operations.dropFavourite;
    return this.#database.call(operation, { member, account, node: id });
  }

  async purge(between = async () => {}): Promise<void> {
    const until = this.#options.clock.nowMs() - limits.overDays * dayMs;
    while (await this.#database.call(operations.purge, { until })) await between();
    await endAllStrayLocks(this.#options, this, between);
  }

  async erase(member: number): Promise<void> {
    while (await this.#database.call(operations.erase, { account: member, member }));
  }
}

const lasts = ({ expires }: ShareRow) => (expires === 0 ? Number.POSITIVE_INFINITY : expires);

function demandLabel(label: string): void {
  if (label.length > limits.labelCharsMax || /\p{Cc}/u.test(label) || !label.isWellFormed())
    throw new StoreError('invalid', `a label has at most ${limits.labelCharsMax} characters, on one line`);
}

function demandDownloads(downloads: number | null | undefined): void {
  if (downloads !== undefined && downloads !== null && !(Number.isSafeInteger(downloads) && downloads > 0))
    throw new StoreError('invalid', 'a number of downloads is 1 or more');
}

/** A file can be read by a link and no more: who replaced it would replace it for all. */
function demandKind(node: FileNode, rights: Link['rights']): void {
  if (rights !== 'read' && node.kind !== 'folder')
    throw new StoreError('invalid', 'only a folder takes uploads by a link');
}

export function createSharing(options: SharingOptions): Sharing {
  return new SharingStore(options);
}
