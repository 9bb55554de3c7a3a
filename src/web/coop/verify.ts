import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { apiPath, type CertificateVerdict, type Coop } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { attachment } from '../http/file.ts';
import { page } from '../http/page.ts';
import { certificateCodeCharactersMax } from '../limits.ts';
import { notFound } from '../pages/errors.ts';
import { facts, field, shownIn, table } from './shown.ts';

const verifierName = 'verify-ledger.mjs';
const verifier = join(import.meta.dirname, '..', '..', '..', 'bin', verifierName);

/** What somebody who was shown a certificate has in front of them. */
interface Claim {
  readonly code: string;
  /** Empty: not asked about. */
  readonly holder: string;
}

const claimOf = ({ searchParams }: URL): Claim => ({
  code: (searchParams.get('code') ?? '').replace(/[\s-]/g, '').slice(0, certificateCodeCharactersMax),
  holder: (searchParams.get('holder') ?? '').trim(),
});

const alike = (a: string, b: string) =>
  a.normalize('NFC').trim().toLowerCase() === b.normalize('NFC').trim().toLowerCase();

/** What a certificate says without a name: whoever was shown it reads the name on it, and may ask whether it is that one. */
function verdictOf(
  visit: Visit,
  coop: Coop,
  { certificate, holds, sharesNow }: CertificateVerdict,
  claim: Claim,
): Html {
  const { say } = visit;
  const shown = shownIn(visit, coop);
  const { issuer, day, shares, nominal, uncalled, holder } = certificate;
  const still = sharesNow >= shares ? say.verifyStillNow : say.verifyFewerNow;
  const named = alike(claim.holder, holder) ? say.verifyHolderIs : say.verifyHolderIsNot;
  return html`<section class="card" aria-live="polite"><h2>${holds ? say.verifyHolds : say.verifyHoldsNot}</h2>
<p>${holds ? say.verifyHoldsLead : say.verifyHoldsNotLead}</p>
${facts([
  [say.verifyIssuer, issuer],
  [say.verifyDay, shown.day(day)],
  [say.sharesHeld, shown.count(shares)],
  [say.sharesNominal, shown.money(shares * nominal)],
  uncalled === 0 ? null : [say.sharesUncalled, shown.money(uncalled)],
  [say.verifyToday, still],
  claim.holder === '' ? null : [say.verifyHolder, named],
])}</section>`;
}

async function judged(visit: Visit, coop: Coop, claim: Claim): Promise<Html | null> {
  if (claim.code === '') return null;
  const verdict = await coop.certificates.verify(claim.code);
  if (verdict !== null) return verdictOf(visit, coop, verdict, claim);
  return html`<p class="problem" role="alert">${visit.say.verifyUnknown}</p>`;
}

async function published(visit: Visit, coop: Coop): Promise<Html> {
  const { say } = visit;
  const shown = shownIn(visit, coop);
  const { checkpoints } = coop.ledger;
  const [months, key, last] = await Promise.all([
    coop.payouts.months(),
    checkpoints.verifierKey(),
    checkpoints.last(),
  ]);
  const columns = [
    { head: say.month },
    { head: say.payPublished, isNumber: true },
    { head: say.payMembers, isNumber: true },
    { head: say.payRoot },
  ] as const;
  const rows = months.map(({ month, paid, members, root }) => [
    ...[shown.month(month), shown.money(paid), shown.count(members)],
    html`<code>${root}</code>`,
  ]);
  const note =
    last === null
      ? html`<p>${say.verifyNoCheckpoint}</p>`
      : html`<p>${say.verifyCheckpointOf(shown.moment(last.at))}</p>
<pre tabindex="0">${last.note}</pre>
<p><a href="/verify/checkpoint.txt" download>${say.verifyCheckpointGet}</a></p>`;
  return html`<h2 id="months">${say.verifyMonths}</h2>
<p>${say.verifyMonthsLead}</p>
${table(say.verifyMonths, columns, rows) ?? html`<p>${say.payNoMonths}</p>`}
<h2 id="checkpoints">${say.verifyCheckpoints}</h2>
<p>${say.verifyCheckpointsLead}</p>
${facts([[say.verifyKey, html`<code>${key}</code>`]])}
${note}`;
}

/** GET `/verify`: for everybody. */
export async function showVerify(visit: Visit, house: House): Promise<Response> {
  const { say } = visit;
  const { coop } = house;
  const claim = claimOf(visit.url);
  const code = html` value="${claim.code}" maxlength="64" autocapitalize="none" spellcheck="false" required`;
  return page(visit, house, {
    title: say.verifyTitle,
    body: html`${await judged(visit, coop, claim)}
<h2 id="certificate">${say.verifyCertificate}</h2>
<p>${say.verifyCertificateLead}</p>
<form class="card" method="get" action="/verify">
${field({ id: 'code', name: 'code', label: say.verifyCode, type: 'text' }, code)}
${field({ id: 'holder', name: 'holder', label: say.verifyHolderLabel, type: 'text', hint: say.verifyHolderHint }, html` value="${claim.holder}" maxlength="200"`)}<button>${say.verifyButton}</button>
</form>
<h2 id="program">${say.verifyProgram}</h2>
<p>${say.verifyProgramLead}</p>
<p><a href="/verify/ledger.mjs" download="${verifierName}">${say.verifyProgramGet(verifierName)}</a></p>
<pre tabindex="0">node ${verifierName} --key KEY proof.json ledger.jsonl</pre>
<p>${say.verifyProgramFiles}</p>
<p><a href="${apiPath}/ledger/public" download="ledger.jsonl">${say.verifyLedger}</a></p>
${await published(visit, coop)}`,
  });
}

/** GET `/verify/checkpoint.txt`: what the ledger said of itself last, signed (C2SP signed-note). */
export async function sendCheckpoint(visit: Visit, house: House): Promise<Response> {
  const last = await house.coop.ledger.checkpoints.last();
  if (last === null) return notFound(visit, house);
  return attachment(last.note, { type: 'text/plain; charset=utf-8', name: `checkpoint-${last.size}.txt` });
}

/** GET `/verify/ledger.mjs`: the stand-alone verifier as it comes with this version. */
export function sendVerifier(): Response {
  const content = Readable.toWeb(createReadStream(verifier)) as ReadableStream<Uint8Array>;
  return attachment(content, { type: 'text/javascript; charset=utf-8', name: verifierName });
}
