import { Readable } from 'node:stream';
import type { SMTPConnectionEnvelope, SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import type { Answer, QueuedRecipient } from '../../../stores/outbox/index.ts';
import { encodeXtext } from '../../wire/parameters.ts';
import { isAscii } from '../../wire/path.ts';
import { finding, readAnswer } from './answer.ts';
import type { Additions, Client } from './client.ts';
import { needsOf } from './content-needs.ts';
import type { ClientError, Patience } from './dial.ts';
import type { Fate, Line, Parcel, Passage } from './types.ts';

type Fates = Map<number, Fate>;

/** How far a transaction came: nothing of the content was sent, some of it, all of it. */
type Phase = 'envelope' | 'content' | 'answer';

type Envelope = SMTPEnvelope & Partial<Pick<SMTPConnectionEnvelope, 'rejectedErrors' | 'accepted'>>;

interface Ended {
  readonly error: ClientError | null;
  readonly response: string;
  readonly phase: Phase;
  readonly envelope: Envelope;
}

/** One connection over nodemailer's client; transactions one after another. */
export class HostLine implements Line {
  readonly host: string;
  readonly address: string;
  readonly #client: Client;
  readonly #passage: Passage;
  readonly #patience: Patience;
  readonly #extensions: ReadonlyMap<string, string>;
  #broken = false;
  /** A transaction was begun and is not over. */
  #begun = false;
  /** Transactions that came to an answer. */
  #answered = 0;

  constructor(client: Client, passage: Passage, patience: Patience) {
    this.#client = client;
    this.#passage = passage;
    this.#patience = patience;
    this.host = passage.hop.host;
    this.address = passage.address;
    const lines: unknown = Reflect.get(client, '_ehloLines');
    this.#extensions = extensionsOf(Array.isArray(lines) ? lines.map(String) : []);
    client.once('end', () => {
      this.#broken = true;
    });
  }

  get secure(): boolean {
    return this.#client.secure;
  }

  get usable(): boolean {
    return !this.#broken && !this.#client.destroyed;
  }

  async send(parcel: Parcel): Promise<ReadonlyMap<number, Fate>> {
    const objection = await this.#objection(parcel);
    if (objection !== null) return all(parcel, objection);
    if (this.#begun && !(await this.#reset())) return all(parcel, untried(this.#gone()));
    const { sendable, fates } = this.#sendable(parcel);
    if (sendable.size === 0) return fates;
    this.#client.additions = this.#additions(parcel, [...sendable.keys()]);
    this.#begun = true;
    const ended = await this.#transact(parcel, [...sendable.keys()]);
    for (const [address, recipients] of sendable) {
      const fate = this.#fateOf(address, ended);
      for (const { n } of recipients) fates.set(n, fate);
    }
    this.#after(ended);
    return fates;
  }

  quit(): void {
    if (!this.usable) {
      this.destroy();
      return;
    }
    this.#client.patience(this.#patience.goodbyeMs);
    this.#client.quit();
  }

  destroy(): void {
    this.#broken = true;
    this.#client.close();
  }

  #gone(): Answer {
    return finding('4.4.2', `The connection to ${this.host} broke`, this.host);
  }

  /** Why the host cannot carry this message at all; null where it can. */
  async #objection({ message, content }: Parcel): Promise<Fate | null> {
    const { options, head, size } = message;
    const failed = (status: string, text: string): Fate => ({
      kind: 'failed',
      answer: finding(status, `${this.host} ${text}`, this.host),
    });
    const sizeMax = Number(this.#extensions.get('SIZE') ?? 0);
    if (sizeMax > 0 && size + Buffer.byteLength(head) > sizeMax)
      return failed('5.3.4', `takes messages of at most ${sizeMax} octets`);
    // RFC 8689 §4.2.1
    if (options.tls === 'required' && !(this.secure && this.#extensions.has('REQUIRETLS')))
      return failed('5.7.30', 'does not offer REQUIRETLS, which the sender asked for');
    if (!isAscii(message.sender) && !this.#extensions.has('SMTPUTF8'))
      return failed('5.6.7', 'does not take internationalised addresses');
    const lacksUtf8 = options.utf8 && !this.#extensions.has('SMTPUTF8');
    const lacks8Bit = options.body === '8BITMIME' && !this.#extensions.has('8BITMIME');
    if (!lacksUtf8 && !lacks8Bit) return null;
    // Clients announce what they might need; what counts is what is there.
    const needs = await needsOf(content()).catch(() => null);
    if (needs === null) return unreadable;
    if (lacksUtf8 && needs.utf8) return failed('5.6.7', 'does not take internationalised messages');
    if (lacks8Bit && needs.eightBit) return failed('5.6.3', 'does not take 8-bit messages');
    return null;
  }

  /** Recipients by address, each named once; those that cannot be written are decided. */
  #sendable({ recipients }: Parcel): { sendable: Map<string, QueuedRecipient[]>; fates: Fates } {
    const sendable = new Map<string, QueuedRecipient[]>();
    const fates: Fates = new Map();
    for (const recipient of recipients) {
      const { address, n } = recipient;
      if (/[\r\n<>]|^\s|\s$/.test(address)) {
        fates.set(n, { kind: 'failed', answer: finding('5.1.3', 'The address cannot be written in SMTP') });
        continue;
      }
      // RFC 6531 §3.2: only who has such an address is not reached.
      if (!isAscii(address) && !this.#extensions.has('SMTPUTF8')) {
        const answer = finding('5.6.7', `${this.host} does not take internationalised addresses`, this.host);
        fates.set(n, { kind: 'failed', answer });
        continue;
      }
      const same = sendable.get(address);
      if (same) same.push(recipient);
      else sendable.set(address, [recipient]);
    }
    return { sendable, fates };
  }

  #additions({ message, recipients }: Parcel, to: readonly string[]): Additions {
    const { options, sender } = message;
    const mail: string[] = [];
    const ascii = [sender, ...to].every(isAscii);
    // Where an address is not ASCII nodemailer says so itself.
    if (options.utf8 && ascii && this.#extensions.has('SMTPUTF8')) mail.push('SMTPUTF8');
    const rcpt = new Map<string, string[]>();
    if (!this.#extensions.has('DSN')) return { mail, rcpt };
    if (options.ret !== null) mail.push(`RET=${options.ret}`);
    if (options.envid !== null) mail.push(`ENVID=${encodeXtext(options.envid)}`);
    for (const { address, notify, orcpt } of recipients) {
      const parameters: string[] = [];
      if (notify.length > 0) parameters.push(`NOTIFY=${notify.join(',')}`);
      if (orcpt !== null && isAscii(orcpt)) parameters.push(`ORCPT=${orcptOf(orcpt)}`);
      if (parameters.length > 0) rcpt.set(address, parameters);
    }
    return { mail, rcpt };
  }

  #transact({ message, content }: Parcel, to: string[]): Promise<Ended> {
    const { options, head, size, sender } = message;
    const envelope: Envelope = {
      from: sender,
      to,
      size: size + Buffer.byteLength(head),
      use8BitMime: options.body !== '7BIT',
      requireTLSExtensionEnabled: options.tls === 'required',
    };
    let phase: Phase = 'envelope';
    const source = Readable.from(content(), { objectMode: false });
    source.once('resume', () => {
      phase = 'content';
    });
    source.once('end', () => {
      phase = 'answer';
      this.#client.patience(this.#patience.finalReplyMs);
    });
    this.#client.patience(this.#patience.replyMs);
    return new Promise((resolve) => {
      const { transactionMs } = this.#patience;
      const timer = setTimeout(() => this.#client.fail('the transaction took too long'), transactionMs);
      const done = (error: ClientError | null, response: string) => {
        clearTimeout(timer);
        this.#client.off('end', onEnd);
        source.destroy();
        resolve({ error, response, phase, envelope });
      };
      const ended = () => done(new Error('the connection was closed'), '');
      // After the client's own report, which says more.
      const onEnd = () => setImmediate(ended);
      this.#client.once('end', onEnd);
      this.#client.send(envelope, source, (error, info) => done(error, info?.response ?? ''));
    });
  }

  #fateOf(address: string, { error, response, phase, envelope }: Ended): Fate {
    // RFC 2920 §3.1: pipelined recipients are refused where MAIL was, and why is what MAIL was told.
    if (error?.command === 'MAIL FROM') return this.#refused(error, phase, false);
    const rejected = envelope.rejectedErrors?.find(({ recipient }) => recipient === address);
    if (rejected) return this.#refused(rejected, 'envelope', (envelope.accepted?.length ?? 0) > 0);
    if (error !== null) return this.#refused(error, phase, false);
    const answer = readAnswer(response, this.host);
    // Who answers before the end of the message has not taken all of it.
    if (answer === null || phase !== 'answer')
      return { kind: 'deferred', answer: this.#nonsense(), unsure: true };
    return { kind: 'delivered', answer, dsn: this.#extensions.has('DSN') };
  }

  #nonsense(): Answer {
    return finding('4.5.0', `${this.host} does not speak SMTP`, this.host);
  }

  #refused(error: ClientError, phase: Phase, others: boolean): Fate {
    const said = error.response === undefined ? null : readAnswer(error.response, this.host);
    if (said === null) {
      if (error.code === 'ESTREAM') return unreadable;
      // A line that served before may have been closed while it was idle.
      if (phase === 'envelope' && this.#answered > 0) return untried(this.#gone());
      const answer = error.response === undefined ? this.#gone() : this.#nonsense();
      return { kind: 'deferred', answer, unsure: phase === 'answer' };
    }
    const { code } = said;
    if (code === 421 && phase === 'envelope' && this.#answered > 0) return untried(said);
    // RFC 5321 §4.5.3.1.10: the others of too many go in a transaction of their own.
    if (code === 452 && others && ['4.0.0', '4.5.3'].includes(said.status)) return untried(said);
    // A quarrel about signing in is between us and our relay.
    if (this.#passage.hop.credentials !== null && [530, 535, 538].includes(code))
      return { kind: 'deferred', answer: { ...said, status: '4.7.0' }, unsure: false };
    if (code >= 500) return { kind: 'failed', answer: said };
    if (code >= 400) return { kind: 'deferred', answer: said, unsure: false };
    return { kind: 'deferred', answer: this.#nonsense(), unsure: phase === 'answer' };
  }

  #after({ error, phase }: Ended): void {
    if (error === null && phase === 'answer') {
      this.#begun = false;
      this.#answered++;
      return;
    }
    const answered = error?.responseCode !== undefined && error.responseCode >= 400;
    // In the middle of the content nothing else can be said; who talks nonsense is not asked again.
    if (phase === 'content' || !answered) {
      this.destroy();
      return;
    }
    if (phase === 'answer') this.#begun = false;
    this.#answered++;
  }

  #reset(): Promise<boolean> {
    this.#client.patience(this.#patience.replyMs);
    return new Promise((resolve) => {
      const done = (fine: boolean) => {
        this.#client.off('end', ended);
        if (!fine) this.destroy();
        resolve(fine);
      };
      const ended = () => done(false);
      this.#client.once('end', ended);
      this.#client.reset((error) => done(error === null));
    });
  }
}

const unreadable: Fate = {
  kind: 'deferred',
  answer: finding('4.3.0', 'The message cannot be read here'),
  unsure: false,
};

function untried(answer: Answer): Fate {
  return { kind: 'untried', answer };
}

function all({ recipients }: Parcel, fate: Fate): Fates {
  return new Map(recipients.map(({ n }) => [n, fate]));
}

function orcptOf(value: string): string {
  const semicolon = value.indexOf(';');
  return `${value.slice(0, semicolon)};${encodeXtext(value.slice(semicolon + 1))}`;
}

/** EHLO lines without code: keyword -> what follows it. */
function extensionsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const [keyword = '', ...rest] = line.split(' ');
      return [keyword.toUpperCase(), rest.join(' ')];
    }),
  );
}
