import { publicAccount } from '../../accounts/index.ts';
import {
  type AccountNews,
  delimiter,
  type Mailbox,
  type NameEvent,
  sharedOwner,
  wholeAccount,
} from '../../stores/mail/index.ts';
import type { ItemPlan } from '../fetch/plan.ts';
import { fetchMessages } from '../fetch/run.ts';
import { ownerRights, type Place } from '../names/place.ts';
import { placeOf } from '../names/visible.ts';
import type { Notifier, Session } from '../session/session.ts';
import type { EventName } from './grammar.ts';
import { OwnChanges } from './own.ts';
import { Names, writeCounters } from './responses.ts';
import type { Wishes } from './wishes.ts';

/** What is wanted of the selected mailbox. */
export interface SelectedWishes {
  readonly messages: boolean;
  readonly flags: boolean;
  /** EXPUNGE without waiting for a command that allows it (RFC 5465 §6.1.1). */
  readonly expungeAtOnce: boolean;
  /** What is fetched of new messages; empty for nothing. */
  readonly plans: readonly ItemPlan[];
}

/** NOTIFY NONE, and what is left after an overflow: nothing is told. */
export const silence: Notifier = {
  stale: false,
  tellsExpungeAtOnce: false,
  hears: { messages: false, flags: false },
  report: async () => undefined,
  arrived: async () => undefined,
  own: () => undefined,
  close: () => undefined,
};

/** An account that is listened to. */
interface Watch {
  readonly account: number;
  /** Told up to this modseq. */
  since: number;
  hint: number;
  readonly unsubscribe: () => void;
}

/**
 * Tells what happens in the accounts a client may see. It holds a cursor for each account and nothing of what happened:
 * a client that was slow, or in a long command, is told the sum of it, or that it is too much.
 */
export class AccountNotifier implements Notifier {
  readonly hears: Notifier['hears'];
  readonly tellsExpungeAtOnce: boolean;
  readonly #session: Session;
  readonly #wishes: Wishes;
  readonly #plans: readonly ItemPlan[];
  readonly #watches = new Map<number, Watch>();
  readonly #own = new OwnChanges();
  /** Mailboxes of others as the client knows them: `account/id` -> name. */
  #others: ReadonlyMap<string, string> = new Map();

  private constructor(session: Session, wishes: Wishes, selected: SelectedWishes) {
    this.#session = session;
    this.#wishes = wishes;
    this.#plans = selected.plans;
    this.hears = { messages: selected.messages, flags: selected.flags };
    this.tellsExpungeAtOnce = selected.expungeAtOnce;
  }

  static async start(session: Session, wishes: Wishes, selected: SelectedWishes): Promise<AccountNotifier> {
    const notifier = new AccountNotifier(session, wishes, selected);
    try {
      await notifier.#watch(session.account);
      if (wishes.hasSome('ServerMetadataChange')) await notifier.#watch(publicAccount);
      if (wishes.reachOthers) {
        const names = await Names.of(session);
        await notifier.#lookAtOthers(names);
        notifier.#tellNoAccess(names);
      }
      return notifier;
    } catch (error) {
      notifier.close();
      throw error;
    }
  }

  get stale(): boolean {
    for (const { hint, since } of this.#watches.values()) if (hint > since) return true;
    return false;
  }

  /** Subscribe first, then read: what happens between is heard. */
  async #watch(account: number): Promise<void> {
    if (this.#watches.has(account)) return;
    const { mail } = this.#session;
    const unsubscribe = mail.subscribe(account, (modseq) => {
      watch.hint = Math.max(watch.hint, modseq);
      this.#session.listening.wake();
    });
    const watch: Watch = { account, since: Number.MAX_SAFE_INTEGER, hint: 0, unsubscribe };
    this.#watches.set(account, watch);
    watch.since = (await mail.accountNews(account, Number.MAX_SAFE_INTEGER)).modseq;
  }

  async report(): Promise<void> {
    for (const watch of [...this.#watches.values()]) {
      if (watch.hint <= watch.since) continue;
      const { since } = watch;
      // What is committed while this is read may be newer than what is read: its hint stands.
      watch.hint = 0;
      const news = await this.#session.mail.accountNews(watch.account, since);
      watch.since = Math.max(since, news.modseq);
      if (!news.complete) {
        this.#overflow();
        return;
      }
      // RFC 5465 §5: the client knows what it did itself.
      this.#followOwn(watch.account, news);
      if (!this.#own.isAll(watch.account, since, watch.since)) await this.#tell(watch, since, news);
      this.#own.forget(watch.account, watch.since);
      await this.#session.flushIfLarge();
    }
  }

  own(account: number, modseqs: readonly number[]): void {
    if (this.#watches.has(account)) this.#own.note(account, modseqs);
  }

  /** What CREATE and RENAME made above a name was made with it, by the changes just before. */
  #followOwn(account: number, { names }: AccountNews): void {
    let below: NameEvent | null = null;
    for (const event of names.toReversed()) {
      const isParent =
        event.kind === 'created' &&
        below?.modseq === event.modseq + 1 &&
        below.name.startsWith(event.name + delimiter);
      if (isParent) this.#own.note(account, [event.modseq]);
      if (this.#own.has(account, event.modseq)) below = event;
    }
  }

  /** RFC 5465 §5.8: as if NOTIFY NONE had come. */
  #overflow(): void {
    this.#session.out.untagged('OK', 'NOTIFICATIONOVERFLOW', 'more happened than is told one by one');
    this.#session.notifier = silence;
    this.close();
  }

  async #tell(watch: Watch, since: number, news: AccountNews): Promise<void> {
    const own = watch.account === this.#session.account;
    // What is shared with a member changes when its own account is told so (RFC 5465 §5.9).
    const looks = !own || this.#wishes.reachOthers || news.names.length > 0;
    const names = looks ? await Names.of(this.#session) : null;
    if (names !== null) {
      if (own) this.#tellNames(names, news);
      await this.#lookAtOthers(names);
    }
    const fresh = new Set(news.names.filter(({ kind }) => kind === 'created').map(({ mailbox }) => mailbox));
    for (const mailbox of news.mailboxes) {
      const place = own ? this.#ownPlace(mailbox) : otherPlace(this.#session, names, watch.account, mailbox);
      // Of one that was just made LIST has told; there is nothing in it.
      if (place === null || (fresh.has(mailbox.id) && mailbox.uidNext === 1)) continue;
      if (this.#own.isAll(watch.account, since, mailbox.highestModseq)) continue;
      await this.#tellCounters(place, since);
    }
    await this.#tellMetadata(watch.account, since, names);
  }

  #ownPlace(mailbox: Mailbox): Place {
    return { account: this.#session.account, mailbox, rights: ownerRights, name: mailbox.name };
  }

  #tellNames(names: Names, { names: events }: AccountNews): void {
    const told = new Set<string>();
    for (const { kind, name, formerName, modseq } of events) {
      if (this.#own.has(this.#session.account, modseq)) continue;
      const ofSubscription = kind === 'subscribed' || kind === 'unsubscribed';
      const event = ofSubscription ? 'SubscriptionChange' : 'MailboxName';
      // What was subscribed to until now is among what the client watches.
      const subscribed = names.subscribed(name) || kind === 'unsubscribed';
      const wanted = [name, formerName].some(
        (each) => each !== null && this.#wishes.has(event, { name: each, subscribed }),
      );
      if (wanted) names.write(this.#session, name, formerName);
      told.add(name);
      if (kind === 'created' || kind === 'deleted') this.#tellParent(names, name, told);
    }
  }

  /** RFC 5465 §5.4: what comes and goes below a name is a change of that name too. */
  #tellParent(names: Names, name: string, told: Set<string>): void {
    const parent = name.slice(0, Math.max(0, name.lastIndexOf(delimiter)));
    if (parent === '' || told.has(parent)) return;
    told.add(parent);
    const named = { name: parent, subscribed: names.subscribed(parent) };
    if (this.#wishes.has('MailboxName', named)) names.write(this.#session, parent, null);
  }

  /** Mailboxes of others come, go and change their names also by what the member may see of them. */
  async #lookAtOthers(names: Names): Promise<void> {
    if (!this.#wishes.reachOthers) return;
    const [before, now] = [this.#others, new Map<string, string>()];
    for (const { place } of names.all) {
      if (place === undefined) continue;
      now.set(`${place.account}/${place.mailbox.id}`, place.name);
      await this.#watch(place.account);
    }
    this.#others = now;
    if (this.#session.notifier !== this) return;
    const has = (name: string) =>
      this.#wishes.has('MailboxName', { name, subscribed: names.subscribed(name) });
    for (const [key, name] of now) {
      const former = before.get(key) ?? null;
      if (former !== name && has(name)) names.write(this.#session, name, former);
    }
    for (const [key, name] of before) {
      if (!now.has(key) && has(name)) names.write(this.#session, name, null);
    }
  }

  /** RFC 5465 §3.1: of what may be looked up and not read nothing will be told, and the client hears so. */
  #tellNoAccess(names: Names): void {
    for (const visible of names.all) {
      const mayRead = visible.place === undefined || visible.place.rights.includes('r');
      if (!mayRead && this.#wishes.speakOf(visible))
        names.write(this.#session, visible.name, null, ['\\NoAccess']);
    }
  }

  /** RFC 5465 §5.1 to §5.3: STATUS stands for what happened to messages that the client does not look at. */
  async #tellCounters(place: Place, since: number): Promise<void> {
    const { mailbox, name, account } = place;
    const { selected } = this.#session;
    if (selected?.account === account && selected.id === mailbox.id) return;
    const named = { name, subscribed: mailbox.subscribed };
    const withFlags = this.#wishes.has('FlagChange', named);
    const counted = mailbox.countedModseq > since && this.#wishes.has('MessageNew', named);
    if (counted || withFlags) await writeCounters(this.#session, place, withFlags);
  }

  /** RFC 5464 §4.4.2: which annotations changed, without what they say now. */
  async #tellMetadata(account: number, since: number, names: Names | null): Promise<void> {
    const some = (['MailboxMetadataChange', 'ServerMetadataChange'] as const).some((event) =>
      this.#wishes.hasSome(event),
    );
    if (!some) return;
    const { mail, out, account: member } = this.#session;
    const { changes } = await mail.sharing.metadataChanges(account, member, since);
    // What is newer comes with the hint of its own.
    const upTo = this.#watches.get(account)?.since ?? 0;
    const changed = changes.filter(({ modseq }) => modseq <= upTo && !this.#own.has(account, modseq));
    if (changed.length === 0) return;
    const known = names ?? (await Names.of(this.#session));
    for (const mailbox of new Set(changed.map((row) => row.mailbox))) {
      const name = this.#metadataName(account, mailbox, known);
      if (name === null) continue;
      out.data('METADATA').sp().mailbox(name);
      for (const row of changed.filter((each) => each.mailbox === mailbox)) {
        out.sp().astring(`/${row.owner === sharedOwner ? 'shared' : 'private'}${row.entry}`);
      }
      out.crlf();
    }
  }

  /** The mailbox as the client calls it, '' for the server; null where it does not want to hear of it. */
  #metadataName(account: number, mailbox: number, names: Names): string | null {
    if (mailbox === wholeAccount) {
      return account === publicAccount && this.#wishes.hasSome('ServerMetadataChange') ? '' : null;
    }
    for (const visible of names.all) {
      const place = placeOf(this.#session, visible);
      if (place?.account !== account || place.mailbox.id !== mailbox) continue;
      // RFC 5465 §5: who may only look a mailbox up hears nothing of what is in it.
      const may = place.rights.includes('r');
      return may && this.#wishes.has('MailboxMetadataChange', visible) ? visible.name : null;
    }
    return null;
  }

  /** Counters of all mailboxes whose messages are told of (RFC 5465 §3.1). */
  async tellAll(): Promise<void> {
    const names = await Names.of(this.#session);
    const messages: readonly EventName[] = ['MessageNew', 'FlagChange'];
    for (const visible of names.all) {
      const place = placeOf(this.#session, visible);
      if (place === null || !place.rights.includes('r')) continue;
      if (messages.some((event) => this.#wishes.has(event, visible))) await this.#tellCounters(place, -1);
      await this.#session.flushIfLarge();
    }
  }

  async arrived(uids: Uint32Array): Promise<void> {
    if (this.#plans.length === 0) return;
    await this.#session.mailbox.know(uids);
    // RFC 5465 §5.2: nobody has looked at the message by being told of it.
    await fetchMessages(this.#session, Array.from(uids), this.#plans, { peek: true });
  }

  close(): void {
    for (const { unsubscribe } of this.#watches.values()) unsubscribe();
    this.#watches.clear();
  }
}

/** Somebody else's mailbox as this member sees it; null where it may not read there. */
function otherPlace(session: Session, names: Names | null, account: number, mailbox: Mailbox): Place | null {
  for (const visible of names?.all ?? []) {
    const place = placeOf(session, visible);
    if (place?.account !== account || place.mailbox.id !== mailbox.id) continue;
    return place.rights.includes('r')
      ? { ...place, mailbox: { ...mailbox, subscribed: visible.subscribed } }
      : null;
  }
  return null;
}
