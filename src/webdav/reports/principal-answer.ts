import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { DavError } from '../errors.ts';
import { planOf } from '../properties/plan.ts';
import { sendRows } from '../properties/rows.ts';
import { readReportWish } from '../properties/wish.ts';
import { preferencesApplied, readDepth } from '../server/headers.ts';
import type { Exchange, Resource } from '../types.ts';
import { missingRow, truncatedRow } from './rows.ts';

/** RFC 3744 §9.2 to §9.5: these reports are of one resource, whatever is below it. */
export function demandNoDepth(exchange: Pick<Exchange, 'header'>): void {
  if ((readDepth(exchange) ?? '0') !== '0') throw new DavError(400, 'Depth of this report is 0');
}

/** One row for each, with what the report's body asks of them. */
export async function answerPrincipals(
  exchange: Exchange,
  found: readonly Resource[],
  body: XmlElement,
  more: { readonly missing?: readonly string[]; readonly truncated?: Resource | null },
): Promise<void> {
  const { visit } = exchange;
  if (body.children.filter(({ namespace, name }) => namespace === 'DAV:' && name === 'prop').length > 1)
    throw new FormatError('a report has one DAV:prop');
  const plan = planOf(readReportWish(body), visit);
  const answer = exchange.multiStatus(preferencesApplied(exchange));
  await sendRows(answer, visit, plan, found);
  for (const href of more.missing ?? []) await answer.response(href, missingRow);
  if (more.truncated) await answer.response(visit.href(more.truncated), truncatedRow);
  await answer.end();
}
