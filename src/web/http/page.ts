import { icon, style } from '../assets/files.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';

/** No script, nothing from elsewhere, in nobody's frame. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  // The address of a sign-in link is a secret.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  vary: 'Accept-Language, Cookie',
};

export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether somebody is signed in: then the page can sign them out. */
  readonly leave?: Html;
}

/** A whole page in the visitor's language. */
export function page(visit: Visit, house: Pick<House, 'settings'>, shown: Page): Response {
  const { name } = house.settings.value.coop;
  const { say, language } = visit;
  const { text } = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${shown.title} · ${name}</title>
<link rel="stylesheet" href="${style.path}">
<link rel="icon" href="${icon.path}">
</head>
<body>
<header><a class="coop" href="/">${name}</a><nav><a href="/mail">${say.yourMail}</a><a href="/files">${say.yourFiles}</a><a href="/shares">${say.sharesTitle}</a><a href="/pay">${say.payTitle}</a>${shown.leave ?? null}</nav></header>
<main>
<h1>${shown.title}</h1>
${shown.body}
</main>
</body>
</html>
`;
  const headers = new Headers({ ...pageHeaders, 'content-language': language, ...shown.headers });
  for (const cookie of shown.cookies ?? []) headers.append('set-cookie', cookie);
  return new Response(text, { status: shown.status ?? 200, headers });
}

/** RFC 9110 §15.4.4: what was posted is done; go and look there. */
export function seeOther(path: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({
    location: path,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** A sentence that says what went wrong, read out at once by screen readers. */
export function problem(text: string | null): Html | null {
  return text === null ? null : html`<p class="problem" role="alert">${text}</p>\n`;
}
