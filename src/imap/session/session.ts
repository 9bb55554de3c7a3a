import { type Accounts, type Member, type Privilege, type SignedIn, standing } from '../../accounts/index.ts';
import { type Clock, randomToken, StoreError } from '../../base/index.ts';
import type { Connection, LineReader } from '../../net/index.ts';
import type { CounterHandle, Log } from '../../observability/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import { Farewell, Gone, Refusal } from '../errors.ts';
import type { Features, State } from '../features.ts';
import type { ImapLimits } from '../limits.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import type { Place } from '../names/place.ts';
import { hasAll, mayChange, privilegeFor, privilegesOf } from '../names/rights.ts';
import { type BlockPool, ResponseWriter } from '../wire/index.ts';
import { Listening } from './listening.ts';
import { Progress } from './progress.ts';
import { checkRights, demandOf } from './rights.ts';
import type { ReportOptions, Selected } from './selected.ts';
import type { SharedNews } from './shared-news.ts';
import { Slices } from './slices.ts';
import { applySwitches, type CapabilitySwitches } from './switches.ts';
import type { Turns } from './turns.ts';

/** What every session of a server shares. */
export interface Services {
  readonly mail: MailWriter;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ImapLimits;
  readonly features: Features;
  readonly mechanisms: readonly Mechanism[];
  /** What is kept from whom; asked anew by every session. */
  switches(): CapabilitySwitches;
  /** Whether a password may be sent without TLS (`auth.plaintext: allow`). */
  readonly plaintextLogin: boolean;
  /** Whether a connection without TLS may start it. */
  readonly startTls: boolean;
  readonly version: string;
  /** Shared annotations of the server that the settings give: path -> text (RFC 5464 §3.2.1.1). */
  readonly serverMetadata: ReadonlyMap<string, string>;
  /** Sessions that wake together share what they read, and the loop. */
  readonly news: SharedNews;
  readonly turns: Turns;
  /** What long answers are written into. */
  readonly blocks: BlockPool;
  /** Sessions of each account that are open now. */
  readonly perAccount: Map<number, number>;
  readonly count: {
    command(name: string, status: string): void;
    readonly loginsFailed: CounterHandle;
    readonly logins: CounterHandle;
  };
}

/** What a client of NOTIFY has asked to be told beside its selected mailbox (RFC 5465). */
export interface Notifier {
  /** A hint came and was not followed yet. */
  readonly stale: boolean;
  /** EXPUNGE may be told though no command allows it. */
  readonly tellsExpungeAtOnce: boolean;
  /** What the client wants to hear of the selected mailbox. */
  readonly hears: { readonly messages: boolean; readonly flags: boolean };
  /** Tells what else happened in the accounts that are watched. */
  report(): Promise<void>;
  /** New messages of the selected mailbox that others put there, just told by EXISTS. */
  arrived(uids: Uint32Array): Promise<void>;
  /** The client itself has made these changes. */
  own(account: number, modseqs: readonly number[]): void;
  close(): void;
}

const expired = () => new Farewell('the token you logged in with has expired', 'EXPIRED');
const hearsAll = { messages: true, flags: true } as const;

/** One client. Commands run one after another, so nothing here needs a lock (RFC 9051 §5.5). */
export class Session {
  /** What all sessions share; the tables without what is kept from this one. */
  services: Services;
  readonly connection: Connection;
  readonly reader: LineReader;
  readonly out: ResponseWriter;
  member: Member | null = null;
  selected: Selected | null = null;
  /** What the client calls itself with ID; '' where it did not say. */
  clientName = '';
  /** Capabilities that are kept from this session, in upper case. */
  withheld: ReadonlySet<string> = new Set();
  authFailures = 0;
  badCommands = 0;
  /** Set when the session is to end after the command in progress. */
  ending = false;
  /** Monotonic time at which a silent client is sent away; 0 while a command runs. */
  deadlineMs = 0;
  /** What NOTIFY has asked for; null before it has. */
  notifier: Notifier | null = null;
  /** A pass of `listening` is writing: last words wait for its end. */
  isTelling = false;
  /** Of the command in progress. */
  progress: Progress;
  #listening: Listening | null = null;
  #lastWords: Farewell | null = null;
  #gone = false;
  #checkMemberAtMs = 0;
  /** By the wall clock, when what the client logged in with ends. */
  #expiresAtMs = Number.POSITIVE_INFINITY;
  #credential = '';
  readonly #enabled = new Set<string>();
  // Made where somebody asks: most sessions only wait.
  #drain: AbortController | null = null;
  #drained = false;
  #log: Log | null = null;

  constructor(services: Services, connection: Connection) {
    this.services = services;
    this.connection = connection;
    this.out = new ResponseWriter({ pool: services.blocks });
    this.reader = connection.lines({ lineEnding: 'crlf' });
    this.progress = new Progress(this, '');
    applySwitches(this);
    void connection.closed.then(() => {
      this.#gone = true;
      this.#endWaits();
    });
  }

  get state(): State {
    if (this.member === null) return 'not-authenticated';
    return this.selected === null ? 'authenticated' : 'selected';
  }

  /** The account whose mail this session sees; no command takes it from anywhere else (THREATS 9). */
  get account(): number {
    if (this.member === null) throw new Refusal('log in first', null, 'BAD');
    return this.member.id;
  }

  get mail(): MailWriter {
    return this.services.mail;
  }

  get limits(): ImapLimits {
    return this.services.limits;
  }

  get secure(): boolean {
    return this.connection.secure;
  }

  /** Whether a password may be asked for now. */
  get mayLogIn(): boolean {
    return this.secure || this.services.plaintextLogin;
  }

  get rev2(): boolean {
    return this.#enabled.has('IMAP4REV2');
  }

  /** UTF-8 in strings and mailbox names, both ways. RFC 9051 §6.3.1, RFC 9755 §3. */
  get utf8(): boolean {
    return this.rev2 || this.#enabled.has('UTF8=ACCEPT');
  }

  /** Made where somebody listens for the first time. */
  get listening(): Listening {
    this.#listening ??= new Listening(this);
    return this.#listening;
  }

  /** Whether a hint says that there is something to tell. */
  get hasNews(): boolean {
    return (this.selected?.stale ?? false) || (this.notifier?.stale ?? false);
  }

  get condstore(): boolean {
    return this.#enabled.has('CONDSTORE');
  }

  get qresync(): boolean {
    return this.#enabled.has('QRESYNC');
  }

  get uidOnly(): boolean {
    return this.#enabled.has('UIDONLY');
  }

  get tellsVanished(): boolean {
    return this.qresync || this.uidOnly;
  }

  isEnabled(name: string): boolean {
    return this.#enabled.has(name);
  }

  /** False where it was enabled before. */
  enable(name: string): boolean {
    if (this.#enabled.has(name)) return false;
    this.#enabled.add(name);
    this.out.utf8 = this.utf8;
    if (name === 'QRESYNC') this.enableCondstore(); // RFC 7162 §3.2.3
    return true;
  }

  /** A command that speaks of mod-sequences switches CONDSTORE on, and the client is told where it stands. */
  enableCondstore(): void {
    if (!this.enable('CONDSTORE') || this.selected === null) return;
    const code = { code: 'HIGHESTMODSEQ', value: this.selected.cursor } as const;
    this.out.untagged('OK', code, 'CONDSTORE is on'); // RFC 7162 §3.1
  }

  /** For work that may take long. */
  slices(): Slices {
    return new Slices(this.services.clock, this.limits.sliceMs);
  }

  get draining(): AbortSignal {
    this.#drain ??= new AbortController();
    if (this.#drained) this.#drain.abort();
    return this.#drain.signal;
  }

  /** The server stops, or nobody is there any more. */
  get drained(): boolean {
    return this.#drained;
  }

  #endWaits(): void {
    this.#drained = true;
    this.#drain?.abort();
  }

  get log(): Log {
    this.#log ??= this.services.log.child({ connection: this.connection.id });
    return this.#log;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** The selected mailbox; the dispatcher has checked the state. */
  get mailbox(): Selected {
    if (this.selected === null) throw new Refusal('select a mailbox first', null, 'BAD');
    return this.selected;
  }

  /** The selected mailbox, where it may be changed. */
  get writableMailbox(): Selected {
    const mailbox = this.mailbox;
    if (!mayChange(mailbox.rights)) throw new StoreError('denied', 'you may only read in this mailbox');
    if (mailbox.readOnly) throw new Refusal('the mailbox is open for reading only', 'CANNOT');
    return mailbox;
  }

  /** The mailbox is this session's from now on. */
  select(selected: Selected): void {
    this.selected = selected;
    selected.shared = this.services.news;
    selected.onStale = () => this.#listening?.wake();
  }

  deselect(): void {
    this.selected?.close();
    this.selected = null;
  }

  /** Back to a new connection: nothing that was said without TLS counts (RFC 9051 §6.2.1, THREATS 2). */
  reset(): void {
    this.clientName = '';
    this.logOut();
    this.authFailures = 0;
    this.badCommands = 0;
  }

  /** Nobody is logged in any more and nothing is enabled; failures still count (RFC 8437). */
  logOut(): void {
    this.deselect();
    if (this.member !== null) this.connection.unauthenticated();
    this.#leave();
    this.#enabled.clear();
    this.notifier?.close();
    this.notifier = null;
    this.out.utf8 = false;
    applySwitches(this);
  }

  /** Sends what was written; waits while the client is slow to take it. Throws Gone where it has left. */
  async flush(): Promise<void> {
    const { writeBytesMax } = this.limits;
    const pieces = this.out.take();
    const lent = this.out.lent();
    const sent = lent === null ? undefined : () => this.services.blocks.give(lent);
    const last = pieces.at(-1);
    let waiting = 0;
    for (const piece of pieces) {
      // A decoded attachment is one piece: handed over whole, it would look like a client that does not read.
      for (let at = 0; at < piece.length; at += writeBytesMax) {
        const ends = at + writeBytesMax >= piece.length;
        const some = at === 0 && ends ? piece : piece.subarray(at, at + writeBytesMax);
        const isLast = ends && piece === last;
        const open = this.connection.write(some, isLast ? sent : undefined);
        waiting += some.length;
        if (!open && (isLast || waiting >= writeBytesMax)) {
          await this.connection.drain();
          waiting = 0;
        }
        if (this.#gone) throw new Gone();
      }
    }
    if (this.#gone) throw new Gone();
  }

  /** Where much was written already, sends it. */
  async flushIfLarge(): Promise<void> {
    if (this.out.holds(this.limits.fetchBytesMax)) await this.flush();
  }

  get turns(): Turns | null {
    return this.isTelling ? this.services.turns : null;
  }

  get hears(): Notifier['hears'] {
    return this.notifier?.hears ?? hearsAll;
  }

  async arrived(uids: Uint32Array): Promise<void> {
    await this.notifier?.arrived(uids);
  }

  /** Tells the client what happened in its mailbox. */
  async report(options: ReportOptions): Promise<void> {
    // RFC 5465 §3.1: without events of the selected mailbox it is a snapshot, but for what the client does itself.
    if (this.hears.messages || options.own) {
      if (options.force || this.selected?.stale) await this.checkRights();
      await this.selected?.report(this, options);
    }
    for (const tell of this.services.features.news) await tell(this);
  }

  /** Every command says what it does to the account; StoreError 'denied' where the session may not. */
  demand(privilege: Privilege): void {
    demandOf(this, this.account, privilege, []);
  }

  /** Throws StoreError 'denied' where this member lacks one of the rights that a command needs at a place (RFC 4314 §4). */
  demandRights({ account, rights }: Pick<Place, 'account' | 'rights'>, need: string): void {
    demandOf(this, account, privilegeFor(need), privilegesOf(rights));
    if (!hasAll(rights, need)) throw new StoreError('denied', 'you have no right to do this here');
  }

  /** Rights to what others share are looked up with every command: what is taken away is gone at once. */
  async checkRights(): Promise<void> {
    if (this.selected !== null && this.selected.account !== this.account) {
      await checkRights(this, this.selected);
    }
  }

  /** A member who was disabled or deleted does not stay because a connection is open. */
  async checkMember(): Promise<void> {
    if (this.#hasExpired) throw expired();
    const now = this.services.clock.monotonicMs();
    if (this.member === null || now < this.#checkMemberAtMs) return;
    this.#checkMemberAtMs = now + this.limits.memberCheckMs;
    if (await this.#memberIsClosed(this.member)) throw new Farewell('the account is closed');
  }

  /** RFC 7662 §2.2: a token opens nothing after its end, nor keeps open what it opened. */
  get #hasExpired(): boolean {
    return this.member !== null && this.services.clock.nowMs() >= this.#expiresAtMs;
  }

  /** Somebody's account has changed: ends this session if it was its own, at the latest with its next command. */
  async expel(): Promise<void> {
    if (this.member === null || !(await this.#memberIsClosed(this.member))) return;
    this.#checkMemberAtMs = 0;
    if (this.deadlineMs > 0) this.bye('the account is closed');
  }

  async #memberIsClosed(before: Member): Promise<boolean> {
    const signedIn = { member: before, credential: this.#credential };
    const member = await standing(this.services.accounts, signedIn);
    if (member === null) return true;
    // Who is no administrator any more looks after the co-op's folders no longer.
    if (this.member?.id === member.id) this.member = member;
    return false;
  }

  /** Throws Refusal where the account has too many sessions. */
  loggedIn({ member, credential, expiresAtMs = Number.POSITIVE_INFINITY }: SignedIn): void {
    const { perAccount, limits } = this.services;
    const open = perAccount.get(member.id) ?? 0;
    if (open >= limits.sessionsPerAccountMax) throw new Refusal('you have too many connections', 'LIMIT');
    perAccount.set(member.id, open + 1);
    this.member = member;
    this.#expiresAtMs = expiresAtMs;
    this.#credential = credential;
    applySwitches(this);
    this.#checkMemberAtMs = this.services.clock.monotonicMs() + limits.memberCheckMs;
    this.connection.authenticated();
  }

  awaitClient(): void {
    this.deadlineMs = this.services.clock.monotonicMs() + this.limits.autologoutMs;
  }

  /** The last words: nothing is read after them. */
  bye(text: string, code: Farewell['code'] = null): void {
    if (this.#gone) return;
    this.ending = true;
    if (this.isTelling) {
      this.#lastWords ??= new Farewell(text, code);
      return;
    }
    this.out.untagged('BYE', code, text);
    for (const block of this.out.take()) this.connection.write(block);
    this.connection.close();
  }

  /** Says what `bye` could not say in the middle of something else. */
  sayLastWords(): void {
    if (this.#lastWords !== null) this.bye(this.#lastWords.message, this.#lastWords.code);
  }

  /** Silent for too long, or due to look for news. `nowMs` is monotonic. */
  sweep(nowMs: number): void {
    if (this.deadlineMs > 0 && this.#hasExpired) this.bye(expired().message, expired().code);
    else if (this.deadlineMs > 0 && nowMs >= this.deadlineMs) this.bye('you were silent for too long');
    else this.#listening?.sweep(nowMs);
  }

  /** The server stops: a session between commands ends now, one inside a command when that is done. */
  drain(): void {
    this.ending = true;
    if (this.deadlineMs > 0) this.bye('the server is shutting down', 'UNAVAILABLE');
    this.#endWaits();
  }

  close(): void {
    this.deselect();
    this.notifier?.close();
    this.notifier = null;
    this.#leave();
    this.#endWaits();
  }

  #leave(): void {
    if (this.member === null) return;
    const { perAccount } = this.services;
    const open = perAccount.get(this.member.id) ?? 1;
    if (open > 1) perAccount.set(this.member.id, open - 1);
    else perAccount.delete(this.member.id);
    this.member = null;
  }

  incident(): string {
    return randomToken(40);
  }
}
