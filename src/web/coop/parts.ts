import type { Coop } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { problem } from '../http/page.ts';
import { listedRows } from '../limits.ts';
import type { Acting } from './acting.ts';
import type { Wrong } from './form.ts';
import { type Shown, shownIn } from './shown.ts';

/** What each part of a page is made with. */
export interface Parts {
  readonly visit: Visit;
  readonly coop: Coop;
  readonly acting: Acting;
  readonly shown: Shown;
}

export const partsOf = (visit: Visit, { coop }: House, acting: Acting): Parts => ({
  ...{ visit, coop, acting, shown: shownIn(visit, coop) },
});

/** A whole page, below what was wrong with the form it was reached by. */
export const wholePage = (
  acting: Acting,
  wrong: Wrong | null,
  page: { title: string; body: Html },
): Response =>
  acting.page({
    title: page.title,
    status: wrong?.status ?? 200,
    body: html`${problem(wrong?.text ?? null)}${page.body}`,
  });

/** The rows of a listing that are shown, and the way to those behind the last of them. */
export function listed<Row>(
  { say }: Visit,
  page: readonly Row[],
  behind: (last: Row) => string,
): { readonly rows: readonly Row[]; readonly more: Html | null } {
  const rows = page.slice(0, listedRows);
  const last = rows.at(-1);
  const isAll = last === undefined || page.length === rows.length;
  return { rows, more: isAll ? null : html`<p><a href="${behind(last)}">${say.publicMore}</a></p>` };
}
