import type { Accounts, Privilege, Recipient } from '../../accounts/index.ts';
import type { Clock } from '../../base/index.ts';
import type { Resolver } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import type { OutboxWriter } from '../../stores/outbox/index.ts';
import type { Checks, Verdict } from '../checks/index.ts';
import type { HearOfArrival } from '../delivery/arrival.ts';
import type { DeliveryMemory } from '../delivery/memory.ts';
import type { TakeInvitation } from '../delivery/take-invitation.ts';
import type { SmtpCounters } from '../metrics.ts';
import type { Intake } from '../reports/index.ts';
import type { SmtpSettings } from '../settings.ts';
import type { Signer, Srs } from '../signing/index.ts';
import type { Path } from '../wire/path.ts';
import type { Reply } from '../wire/reply.ts';
import type { ChunkedContent } from './chunked.ts';
import type { Session } from './session.ts';

/** What the doors share. */
export interface Services {
  readonly mail: MailWriter;
  readonly accounts: Accounts;
  /** Takes mail for others. */
  readonly outbox: OutboxWriter;
  readonly resolver: Resolver;
  /** Null: nobody asks who wrote what strangers send. */
  readonly checks: Checks | null;
  /** Null: members' mail leaves unsigned. */
  readonly signer: Signer | null;
  /** Null: senders of what is forwarded stay as they are. */
  readonly srs: Srs | null;
  /** Null: reports of others have no address here. */
  readonly intake: Intake | null;
  /** Null: invitations are just mail. */
  readonly invitations: TakeInvitation | null;
  readonly arrived: HearOfArrival;
  readonly settings: SmtpSettings;
  readonly memory: DeliveryMemory;
  readonly counters: SmtpCounters;
  readonly log: Log;
  readonly clock: Clock;
}

/** Parameters of MAIL, each filled in by the extension that declares it. */
export interface MailOptions {
  /** RFC 1870: octets announced. */
  size: number | null;
  /** RFC 6152, RFC 3030 §3. */
  body: '7BIT' | '8BITMIME' | 'BINARYMIME' | null;
  /** RFC 6531. */
  utf8: boolean;
  /** RFC 3461 §4.3 and §4.4. */
  ret: 'FULL' | 'HDRS' | null;
  envid: string | null;
  /** RFC 8689: 'required' by REQUIRETLS, 'optional' by the field TLS-Required of the message. */
  tls: 'required' | 'optional' | null;
  /** RFC 4865: not before this time, ms since 1970. */
  notBeforeMs: number | null;
}

export type NotifyCondition = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** Parameters of RCPT. */
export interface RcptOptions {
  /** RFC 3461 §4.1; empty: not given. */
  notify: readonly NotifyCondition[];
  /** RFC 3461 §4.2: `addr-type;address`, decoded. */
  orcpt: string | null;
}

export type LocalTarget = Extract<Recipient, { kind: 'member' }>;

/** A recipient we answered 250 for. */
export interface AcceptedRecipient {
  readonly address: string;
  readonly options: RcptOptions;
  /** Members it leads to; empty where it leads to others only. */
  readonly targets: readonly LocalTarget[];
  /** Addresses elsewhere that it leads to. */
  readonly others: readonly string[];
}

/** From MAIL to the end of DATA. */
export interface Transaction {
  readonly sender: Path;
  readonly options: MailOptions;
  readonly recipients: AcceptedRecipient[];
  /** The message that BDAT began: nothing but its chunks may follow. */
  chunks: Chunks | null;
  /** Who wrote it, once that was looked at; null before, and where nobody looks. */
  verdict: Verdict | null;
}

/** A message under way in chunks. */
export interface Chunks {
  readonly content: ChunkedContent;
  /** What is said of the whole, once it is decided; never rejects. */
  readonly answers: Promise<readonly Reply[]>;
}

export interface ParameterRule<Options> {
  /** Octets this parameter adds to the longest command line, as its RFC says. */
  readonly lineBytes: number;
  /** Null where all is well; the parameter went into `options`. */
  read(value: string | null, options: Options, session: Session): Reply | null;
}

export interface Command {
  readonly verb: string;
  readonly rfc: number;
  /** One line for HELP. */
  readonly help: string;
  /** Longest line with its CRLF; `commandLineBytes` where it is left out. */
  readonly lineBytes?: number;
  /** Allowed before HELO/EHLO. */
  readonly beforeHello?: boolean;
  run(session: Session, argument: string): Promise<Reply | readonly Reply[]>;
}

/** A service extension as a value: EHLO, the parameters and the commands of a door are derived from its list. */
export interface Extension {
  readonly keyword: string;
  readonly rfc: number;
  readonly title: string;
  /** The EHLO line, keyword first; null hides the extension in this state. */
  ehlo(session: Session): string | null;
  readonly mailParameters?: Readonly<Record<string, ParameterRule<MailOptions>>>;
  readonly rcptParameters?: Readonly<Record<string, ParameterRule<RcptOptions>>>;
  readonly commands?: readonly Command[];
}

/** What becomes of a header before anything is stored: its new bytes, or a refusal. */
export type HeaderVerdict = { readonly header: Buffer } | { readonly refuse: Reply };

/** What a look at a whole message found. */
export interface Findings {
  readonly refuse: Reply | null;
  /** Header lines with their line ends, put above the message as it is kept and as it goes on. */
  readonly fields: string;
  /** More of them where the message goes on to others: they stand above `fields`. */
  readonly forwardFields: string;
  /** Whether it belongs with the unwanted. */
  readonly junk: boolean;
}

/** Sees a message before it is accepted: the header as it will be kept, then the body piece by piece. */
export interface Inspection {
  write(piece: Buffer): void | Promise<void>;
  /** After the last piece. */
  end(): Promise<Findings>;
  /** The message broke off or was refused; `end` will not be called. */
  abandon(): void;
}

/** Watches over one session of a stranger; replies are refusals, null goes on. */
export interface SessionGuard {
  /** Before the greeting; the session ends with a refusal. */
  connect(): Reply | null;
  hello(name: string): Reply | null;
  mail(sender: Path): Reply | null;
  /** `known`: mail for the address would be taken. `waits` is called before the answer is held back. */
  rcpt(address: string, known: boolean, waits: () => Promise<void>): Promise<Reply | null>;
  /** The session is over, or in a hurry: nothing is held back any more. */
  end(): void;
}

/** One of the three ways in; the session does the rest. */
export interface Door {
  readonly name: 'smtp' | 'submission' | 'lmtp';
  /** RFC 2033: LHLO, and a reply per recipient after the content. */
  readonly lmtp: boolean;
  readonly extensions: readonly Extension[];
  readonly greetingDelayMs: number;
  /** Who watches over a session from this address; absent or null: nobody. */
  guard?(address: string): SessionGuard | null;
  /** What MAIL needs of a member, who must have signed in then; null: anybody may send here. */
  readonly privilege: Privilege | null;
  /** MAIL FROM, after syntax and parameters. Null accepts. */
  sender(session: Session, sender: Path): Promise<Reply | null>;
  /** A recipient whose domain is not ours. */
  foreign(
    session: Session,
    transaction: Transaction,
    path: Path,
    options: RcptOptions,
  ): Promise<Reply | null>;
  /** The header as it came, its empty line included. */
  header(session: Session, transaction: Transaction, header: Buffer): Promise<HeaderVerdict>;
  /** Who looks at the whole message; absent or null: nobody does. */
  inspect?(session: Session, transaction: Transaction): Inspection | null;
}
