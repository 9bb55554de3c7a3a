import { randomToken } from '../../base/index.ts';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { hintsNs } from '../archive/index.ts';
import { clientNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import type { Chat } from '../services.ts';
import { addressed } from '../stanza.ts';
import { Gathered, type News } from './gathered.ts';
import { noticeEveryMs, noticeQuietMs, noticesWaitingMax } from './limits.ts';
import { type Words, wordsOf } from './words.ts';

const usualTimes = { noticeQuietMs, noticeEveryMs, noticesWaitingMax };

export interface NoticesOptions {
  /** Null as long as the server is not there. */
  readonly chat: () => Chat | null;
  /** The co-op's. */
  readonly language: string;
  /** In place of the limits, for tests. */
  readonly most?: Partial<typeof usualTimes>;
}

/** A member who will be told, or was told a short while ago. */
interface Waiting {
  gathered: Gathered;
  timer: NodeJS.Timeout;
}

const idBits = 80;

/**
 * Tells members of mail and invitations that this process has brought them, where they asked for it and are there: as a
 * headline (RFC 6121 §5.2.2), which nothing keeps and no telephone is woken for. What waits is in memory: a restart forgets
 * it, and what it was about is where it belongs.
 */
export class Notices {
  readonly #chat: () => Chat | null;
  readonly #words: Words;
  readonly #most: typeof usualTimes;
  readonly #waiting = new Map<number, Waiting>();
  #isOver = false;

  constructor({ chat, language, most }: NoticesOptions) {
    this.#chat = chat;
    this.#words = wordsOf(language);
    this.#most = { ...usualTimes, ...most };
  }

  /** Whether anybody of that account is there and may have asked; costs nothing. */
  mayHear(account: number): boolean {
    const chat = this.#chat();
    return chat !== null && !this.#isOver && mayAsk(chat) && homeOf(chat, account) !== null;
  }

  /** Something came for that account. Never throws; nothing is done where nobody is there. */
  tell(account: number, news: News): void {
    if (!this.mayHear(account)) return;
    let waiting = this.#waiting.get(account);
    if (waiting === undefined) {
      if (this.#waiting.size >= this.#most.noticesWaitingMax) return;
      waiting = { gathered: new Gathered(), timer: this.#in(this.#most.noticeQuietMs, account) };
      this.#waiting.set(account, waiting);
    }
    waiting.gathered.add(news);
  }

  /** Who waits to be told is told nothing any more. */
  stop(): void {
    this.#isOver = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #in(ms: number, account: number): NodeJS.Timeout {
    const timer = setTimeout(() => void this.#due(account), ms);
    timer.unref();
    return timer;
  }

  async #due(account: number): Promise<void> {
    const chat = this.#chat();
    const waiting = this.#waiting.get(account);
    if (chat === null || waiting === undefined) return;
    const { gathered } = waiting;
    if (gathered.isEmpty) {
      this.#waiting.delete(account);
      return;
    }
    waiting.gathered = new Gathered();
    waiting.timer = this.#in(this.#most.noticeEveryMs, account);
    try {
      const text = gathered.text(await chat.store.roster.notices(account), this.#words);
      const home = homeOf(chat, account);
      if (text !== '' && home !== null && !this.#isOver) await this.#send(chat, home, text);
    } catch (error) {
      chat.log.warn('a notice was not sent', { error });
    }
  }

  async #send(chat: Chat, home: Home, text: string): Promise<void> {
    const { language } = this.#words;
    const notice = element(
      'message',
      clientNs,
      { type: 'headline', id: randomToken(idBits), 'xml:lang': language },
      element('body', clientNs, {}, text),
      // XEP-0334 §4.2: for programs that would keep what the server does not.
      element('no-store', hintsNs),
    );
    await chat.router.route(addressed(notice, parseJid(chat.domain), home.jid));
  }
}

export const mayAsk = ({ settings }: Chat): boolean => settings().notices !== 'nobody';

/** Null where nobody is there who would hear a headline. */
function homeOf({ homes }: Chat, account: number): Home | null {
  const home = homes.there(account);
  return home === null || home.available.length === 0 ? null : home;
}
