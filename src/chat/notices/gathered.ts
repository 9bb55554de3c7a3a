import { type NoticeKind, noticeKinds } from '../../stores/conversations/index.ts';
import { noticeLinesMax, noticeTextCharsMax } from './limits.ts';
import type { Words } from './words.ts';

/** What a member may be told of. Texts are whatever others wrote, of any length. */
export type News =
  /** `from`: name and address as one text, or the one that there is; '' for none. */
  | { readonly kind: 'mail'; readonly from: string; readonly subject: string }
  | {
      readonly kind: 'invitations';
      readonly from: string;
      readonly title: string;
      readonly isCancelled: boolean;
    };

// Controls, what breaks lines, and what turns the direction of the text after it; XML 1.0 §2.2 has no place for some.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu;

/** One line of bounded length. */
export function shownText(text: string): string {
  const line = text
    // More than this is not looked at: a mail's field may be of any length.
    .slice(0, noticeTextCharsMax * 8)
    .toWellFormed()
    .replace(unseen, ' ')
    .replace(/ +/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= noticeTextCharsMax
    ? line
    : `${characters.slice(0, noticeTextCharsMax - 1).join('')}…`;
}

/** What came for one member and was not told yet. */
export class Gathered {
  readonly #lines = new Map<NoticeKind, News[]>();
  readonly #more = new Map<NoticeKind, number>();

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  add(news: News): void {
    const lines = this.#lines.get(news.kind) ?? [];
    if (lines.length < noticeLinesMax) this.#lines.set(news.kind, [...lines, news]);
    else this.#more.set(news.kind, (this.#more.get(news.kind) ?? 0) + 1);
  }

  /** A line for each, of what is wanted; '' where nothing of it is. */
  text(wanted: ReadonlySet<NoticeKind>, words: Words): string {
    return noticeKinds
      .filter((kind) => wanted.has(kind))
      .flatMap((kind) => {
        const lines = (this.#lines.get(kind) ?? []).map((news) => lineOf(news, words));
        const more = this.#more.get(kind) ?? 0;
        const count = kind === 'mail' ? words.moreMail : words.moreInvitations;
        return more === 0 ? lines : [...lines, count(more)];
      })
      .join('\n');
  }
}

function lineOf(news: News, words: Words): string {
  const from = shownText(news.from) || words.nobody;
  if (news.kind === 'mail') return words.mail(from, shownText(news.subject) || words.noSubject);
  const title = shownText(news.title) || words.noSubject;
  return news.isCancelled ? words.cancelled(from, title) : words.invitation(from, title);
}
