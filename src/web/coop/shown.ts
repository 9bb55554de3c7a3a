import { decimalText } from '../../base/index.ts';
import type { Coop } from '../../coop/index.ts';
import type { Visit } from '../house.ts';
import { type Html, html, type Piece } from '../html.ts';

/** Amounts and days as the visitor's language writes them. */
export interface Shown {
  /** Minor units of the co-op's currency. */
  money(minor: number): string;
  count(number: number): string;
  /** `2026-03-31`; '' stays empty. */
  day(day: string): string;
  /** `2026-03`. */
  month(month: string): string;
  /** Ms since 1970, in the co-op's time zone. */
  moment(ms: number): string;
}

export function shownIn({ language }: Visit, { rules }: Coop): Shown {
  const money = new Intl.NumberFormat(language, { style: 'currency', currency: rules.currency });
  const count = new Intl.NumberFormat(language);
  const days = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const months = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const moments = new Intl.DateTimeFormat(language, {
    ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: rules.timeZone },
  });
  return {
    // As a text: Intl reads it digit by digit, with no float between.
    money: (minor) => money.format(decimalText(minor) as Intl.StringNumericLiteral),
    count: (number) => count.format(number),
    day: (day) => (day === '' ? '' : whole(days.format(new Date(`${day}T00:00:00Z`)))),
    month: (month) => whole(months.format(new Date(`${month}-01T00:00:00Z`))),
    moment: (ms) => whole(moments.format(ms)),
  };
}

/** On one line: in a narrow column a day would take three. */
const whole = (text: string): string => text.replaceAll(' ', '\u00a0');

/** A column: its head, and whether numbers stand in it. */
export interface Column {
  readonly head: string;
  readonly isNumber?: true;
}

/** A table that is announced by its caption; the first cell of a row is its head. Nothing where there is no row. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
): Html | null {
  if (rows.length === 0) return null;
  const kind = (at: number) => (columns[at]?.isNumber ? html` class="number"` : null);
  const head = columns.map(({ head: text }, at) => html`<th scope="col"${kind(at)}>${text}</th>`);
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, at) =>
        at === 0 ? html`<th scope="row"${kind(at)}>${cell}</th>` : html`<td${kind(at)}>${cell}</td>`,
      )}</tr>\n`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}

/** What belongs to each other, as a list of terms. */
export const facts = (rows: readonly (readonly [string, Piece] | null)[]): Html =>
  html`<dl class="wide">${rows.map((row) => (row === null ? null : html`<dt>${row[0]}</dt><dd>${row[1]}</dd>\n`))}</dl>`;

/** A field with its label and, where there is one, a hint that screen readers read with it. */
export function field(
  a: {
    readonly id: string;
    readonly name: string;
    readonly label: string;
    readonly type: string;
    readonly hint?: string;
  },
  more: Html = html``,
): Html {
  const { id, name, label, type, hint } = a;
  const described = hint === undefined ? null : html` aria-describedby="${id}-hint"`;
  const said = hint === undefined ? null : html`<p class="hint" id="${id}-hint">${hint}</p>\n`;
  return html`<label for="${id}">${label}</label>
<input id="${id}" name="${name}" type="${type}" autocomplete="off"${described}${more}>
${said}`;
}
