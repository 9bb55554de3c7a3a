import type { House, Visit } from '../house.ts';
import { type Html, xml } from '../html.ts';
import { publicFile } from '../http/file.ts';
import { bestMailDoors, type MailDoor, mailDoors } from '../mail-doors.ts';
import { notFound } from '../pages/errors.ts';

function server(door: MailDoor): Html {
  const fields = xml`      <hostname>${door.host}</hostname>
      <port>${door.port}</port>
      <socketType>${door.security === 'tls' ? 'SSL' : 'STARTTLS'}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
`;
  return door.protocol === 'imap'
    ? xml`    <incomingServer type="imap">\n${fields}    </incomingServer>\n`
    : xml`    <outgoingServer type="smtp">\n${fields}    </outgoingServer>\n`;
}

/** The domains of the configuration, and the one that is asked for where it is ours too. */
async function domainsFor(visit: Visit, house: House): Promise<string[]> {
  const { domain, aliases } = house.settings.value.coop;
  const asked = visit.url.searchParams.get('emailaddress') ?? '';
  const other = asked
    .slice(asked.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
  const domains = [domain, ...aliases];
  if (!domains.includes(other) && (await house.accounts.accounts.isLocalDomain(other))) domains.push(other);
  return domains;
}

/**
 * What Thunderbird and K-9 ask for, over http too. The answer is the same with and without `emailaddress`, which often
 * is missing: clients put the address they know in the place of %EMAILADDRESS%.
 */
export async function autoconfig(visit: Visit, house: House): Promise<Response> {
  const settings = house.settings.value;
  if (!bestMailDoors(settings, house.open())) return notFound(visit, house);
  const domains = (await domainsFor(visit, house)).map((domain) => xml`    <domain>${domain}</domain>\n`);
  const { text } = xml`<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${settings.coop.hostname}">
${domains}    <displayName>${settings.coop.name}</displayName>
    <displayShortName>${settings.coop.name}</displayShortName>
${mailDoors(settings, house.open()).map(server)}  </emailProvider>
</clientConfig>
`;
  return publicFile('text/xml; charset=utf-8', text);
}
