import { randomToken } from '../../base/index.ts';

/** What is kept in the browser: which session is its own, and what its forms are tied to. */
export type CookieName = 'session' | 'form';

const value = /^[a-z2-7]{26}$/;

/** RFC 6265bis §4.1.3.2: with the prefix a browser takes it over https only, from this host only. */
function fullName(name: CookieName, secure: boolean): string {
  return `${secure ? '__Host-' : ''}myco-${name}`;
}

/** The cookie as it was set, null where there is none or it is nothing that was ever set. */
export function readCookie(request: Request, name: CookieName, secure: boolean): string | null {
  const wanted = `${fullName(name, secure)}=`;
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const trimmed = pair.trim();
    const found = trimmed.startsWith(wanted) ? trimmed.slice(wanted.length) : '';
    if (value.test(found)) return found;
  }
  return null;
}

/** The header that sets it; null takes it away. Lax: following a link brings it along, another site's form does not. */
export function setCookie(name: CookieName, token: string | null, secure: boolean): string {
  const end = token === null ? '; Max-Age=0' : '';
  const only = secure ? '; Secure' : '';
  return `${fullName(name, secure)}=${token ?? ''}; Path=/${end}; HttpOnly; SameSite=Lax${only}`;
}

export function newCookieValue(): string {
  return randomToken(130);
}
