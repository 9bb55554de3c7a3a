import { flagBits, type MailWriter } from '../../stores/mail/index.ts';

/** Where a message was found. */
export interface Found {
  readonly mailbox: number;
  readonly name: string;
  readonly uid: number;
  readonly bytes: Buffer;
}

/** A member's mailboxes from now on: what comes into them, and taking it out again. */
export class Inboxes {
  readonly #mail: MailWriter;
  readonly #account: number;
  readonly #from = new Map<number, number>();

  private constructor(mail: MailWriter, account: number) {
    this.#mail = mail;
    this.#account = account;
  }

  static async watch(mail: MailWriter, account: number): Promise<Inboxes> {
    await mail.provision(account);
    const inboxes = new Inboxes(mail, account);
    for (const { mailbox } of await mail.list(account)) {
      if (mailbox) inboxes.#from.set(mailbox.id, mailbox.uidNext);
    }
    return inboxes;
  }

  /** New messages that hold the words, in any mailbox. */
  async holding(words: string): Promise<Found[]> {
    const found: Found[] = [];
    for (const { name, mailbox } of await this.#mail.list(this.#account)) {
      const first = mailbox ? (this.#from.get(mailbox.id) ?? 1) : 0;
      if (mailbox === null || mailbox.uidNext <= first) continue;
      for await (const page of this.#mail.scan(this.#account, mailbox.id, first, mailbox.uidNext)) {
        const contents = await this.#mail.contents(
          this.#account,
          page.map(({ email }) => email),
        );
        for (const { uid, email } of page) {
          const content = contents.get(email);
          const bytes = content && (await this.#mail.bytes(content.hash));
          if (bytes?.includes(words)) found.push({ mailbox: mailbox.id, name, uid, bytes });
        }
      }
    }
    return found;
  }

  async remove(found: readonly Found[]): Promise<void> {
    for (const { mailbox, uid } of found) {
      const change = { account: this.#account, mailbox, uids: [uid], flags: flagBits.deleted, keywords: [] };
      await this.#mail.storeFlags({ ...change, mode: 'add' });
      await this.#mail.expunge(this.#account, mailbox, [uid]);
    }
  }
}
