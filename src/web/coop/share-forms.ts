import { verifyPath } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { attachment } from '../http/file.ts';
import { webAddress } from '../links.ts';
import { notFound } from '../pages/errors.ts';
import { forActing } from './acting.ts';
import { coopForm, numberOf, textOf } from './form.ts';
import { sharesPage } from './shares.ts';

/** POST `/shares/apply`: asks for shares; the page has the reference to pay under. */
export const applyForShares = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  await coop.register.apply(actor, { person: actor.member, shares: numberOf(fields, 'shares'), key });
  return '/shares#open';
}, sharesPage);

/** POST `/shares/withdraw`: takes an application back. */
export const withdrawApplication = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  await coop.register.withdrawApplication(actor, { application: numberOf(fields, 'id'), key });
  return '/shares#apply';
}, sharesPage);

/** POST `/shares/request`: asks shares back. */
export const requestShares = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  await coop.register.request(actor, { person: actor.member, shares: numberOf(fields, 'shares'), key });
  return '/shares#redemption';
}, sharesPage);

/** POST `/shares/request/withdraw`: keeps the shares after all. */
export const withdrawRequest = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  await coop.register.withdrawRequest(actor, { request: numberOf(fields, 'id'), key });
  return '/shares#redemption';
}, sharesPage);

/** POST `/shares/certificate`: of what was held at the end of a day; its code is of all that it says. */
export const makeCertificate = coopForm(async ({ fields }, { coop }, { actor }) => {
  await coop.certificates.issue(actor, { person: actor.member, day: textOf(fields, 'day') });
  return '/shares#certificates';
}, sharesPage);

/** GET `/shares/certificates/<code>.pdf` and `.json`: a certificate of one's own. */
export function sendCertificate(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, async ({ actor }) => {
    const [, code = '', form] = /^([a-z2-7]+)\.(pdf|json)$/.exec(visit.params.file ?? '') ?? [];
    const certificate = (await house.coop.certificates.verify(code))?.certificate;
    if (certificate?.member !== actor.member) return notFound(visit, house);
    const name = `certificate-${code}.${form}`;
    if (form === 'json')
      return attachment(`${JSON.stringify(certificate, null, 2)}\n`, { type: 'application/json', name });
    const address = webAddress(house.settings.value, verifyPath(code), house.open());
    return attachment(await house.coop.certificates.pdf(certificate, address), {
      type: 'application/pdf',
      name,
    });
  });
}
