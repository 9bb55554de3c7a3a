import type { MailReader, News, NewsAsked } from '../../stores/mail/index.ts';

interface Asked {
  /** The hint that made somebody ask: what was read after it came knows what it is about. */
  readonly hint: number;
  readonly answer: Promise<News | null>;
}

/**
 * News for many sessions that know the same of one mailbox: a delivery wakes a thousand of them, and the store is asked
 * once. An answer is held until `forget`, and no more than `answersMax` are.
 */
export class SharedNews {
  readonly #mail: Pick<MailReader, 'news'>;
  readonly #answersMax: number;
  readonly #asked = new Map<string, Asked>();

  constructor(mail: Pick<MailReader, 'news'>, answersMax: number) {
    this.#mail = mail;
    this.#answersMax = answersMax;
  }

  /** `hint`: the newest modseq of the account that this session has heard of. */
  ask(account: number, mailbox: number, asked: NewsAsked, hint: number): Promise<News | null> {
    const { cursor, goneCursor, topUid, vanished } = asked;
    const key = `${account} ${mailbox} ${cursor} ${goneCursor} ${topUid} ${vanished}`;
    const known = this.#asked.get(key);
    if (known && known.hint >= hint) return known.answer;
    const answer = this.#mail.news(account, mailbox, asked);
    const mine: Asked = { hint, answer };
    this.#asked.delete(key);
    this.#asked.set(key, mine);
    if (this.#asked.size > this.#answersMax) this.#dropOldest();
    // A failure is for those who wait now; the next one asks again.
    answer.catch(() => {
      if (this.#asked.get(key) === mine) this.#asked.delete(key);
    });
    return answer;
  }

  #dropOldest(): void {
    for (const key of this.#asked.keys()) {
      this.#asked.delete(key);
      return;
    }
  }

  forget(): void {
    this.#asked.clear();
  }
}
