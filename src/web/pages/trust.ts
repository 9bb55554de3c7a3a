import { X509Certificate } from 'node:crypto';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { page } from '../http/page.ts';
import { notFound } from './errors.ts';

/** GET `/trust`: how devices come to trust the authority that this server made itself. */
export function showTrust(visit: Visit, house: House): Response {
  const { say } = visit;
  const authority = house.authority();
  if (authority === null) return notFound(visit, house);
  const { fingerprint256 } = new X509Certificate(authority);
  return page(visit, house, {
    title: say.trustTitle,
    body: html`<p>${say.trustLead}</p>
<p><a class="button" href="/ca.crt">${say.trustFile}</a></p>
<p><a href="/ca.pem">${say.trustPem}</a></p>
<p>${say.trustCompare}</p>
<p><code>${fingerprint256}</code></p>
<ul>
<li>${say.trustThunderbird}</li>
<li>${say.trustApple}</li>
<li>${say.trustAndroid}</li>
</ul>`,
  });
}

function file(name: string, type: string, bytes: Uint8Array<ArrayBuffer> | string): Response {
  const headers = {
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-cache',
  };
  return new Response(bytes, { headers });
}

/** GET `/ca.crt`: the authority in DER, which phones and desktops install (RFC 5280 §4.2.2.1 names the form). */
export function authorityDer(visit: Visit, house: House): Response {
  const authority = house.authority();
  if (authority === null) return notFound(visit, house);
  return file('ca.crt', 'application/x-x509-ca-cert', new Uint8Array(new X509Certificate(authority).raw));
}

/** GET `/ca.pem`: the same for command-line programs. */
export function authorityPem(visit: Visit, house: House): Response {
  const authority = house.authority();
  return authority === null ? notFound(visit, house) : file('ca.pem', 'application/x-pem-file', authority);
}
