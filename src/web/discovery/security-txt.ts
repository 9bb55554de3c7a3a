import type { House, Visit } from '../house.ts';
import { publicFile } from '../http/file.ts';
import { securityTxtDays } from '../limits.ts';
import { webAddress } from '../links.ts';

const dayMs = 86_400_000;

/** `/.well-known/security.txt` (RFC 9116). `postmaster` always leads to somebody: to an alias, else the administrators. */
export function securityTxt(_: Visit, house: House): Response {
  const settings = house.settings.value;
  const { domain, languages } = settings.coop;
  const now = house.clock.nowMs();
  // By the day, so that the answer does not change with every request.
  const expires = new Date(now - (now % dayMs) + securityTxtDays * dayMs).toISOString();
  const lines = [
    `Contact: mailto:postmaster@${domain}`,
    `Expires: ${expires}`,
    `Preferred-Languages: ${languages.join(', ')}`,
    `Canonical: ${webAddress(settings, '/.well-known/security.txt', house.open())}`,
  ];
  return publicFile('text/plain; charset=utf-8', `${lines.join('\r\n')}\r\n`);
}
