import { FormatError } from '../../base/index.ts';
import type { Coop } from '../../coop/index.ts';
import { shownIban } from '../../formats/iban/index.ts';
import { epcQrText } from '../../formats/iso20022/index.ts';
import type { Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { picture } from '../pages/davx5.ts';
import { facts, shownIn } from './shown.ts';

/** What somebody is asked to pay. */
export interface Asked {
  /** Minor units. */
  readonly amount: number;
  /** `RF…`. */
  readonly reference: string;
}

/** How to pay it: to whom, where, under which reference, and the same as a picture that the bank's program reads. */
export function howToPay(visit: Visit, coop: Coop, { amount, reference }: Asked): Html {
  const { say } = visit;
  const { payee } = coop;
  if (payee === null) return html`<p>${say.sharesNoBank}</p>`;
  const { holder, iban, bic } = payee;
  return html`<h3>${say.payHow}</h3>
${facts([
  [say.amount, shownIn(visit, coop).money(amount)],
  [say.payHolder, holder],
  ['IBAN', html`<code>${shownIban(iban)}</code>`],
  bic === null ? null : ['BIC', html`<code>${bic}</code>`],
  [say.payReference, html`<code>${reference}</code>`],
])}
<p class="hint">${say.payReferenceLead}</p>
${qr(visit, coop, { name: holder, iban, bic, amount, reference })}`;
}

/** Nothing where no code can say it, in another currency for one: what stands beside it is enough. */
function qr({ say }: Visit, { rules }: Coop, transfer: Parameters<typeof epcQrText>[0]): Html | null {
  if (rules.currency !== 'EUR') return null;
  try {
    return html`${picture(epcQrText(transfer), say.payPicture)}
<p class="hint">${say.payPictureLead}</p>`;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
