import { createHash, X509Certificate } from 'node:crypto';
import type { Member } from '../../accounts/index.ts';
import type { MycoSettings } from '../../settings/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, xml } from '../html.ts';
import { type Reached, reachedAt } from '../links.ts';
import { bestMailDoors, type MailPair } from '../mail-doors.ts';
import { notFound } from '../pages/errors.ts';
import { forMember } from '../pages/member.ts';

type Value = string | number | boolean | Uint8Array | readonly Dictionary[];
interface Dictionary {
  readonly [key: string]: Value;
}

/** A property list's value, as XML. */
function plist(value: Value | Dictionary): Html {
  if (typeof value === 'string') return xml`<string>${value}</string>`;
  if (typeof value === 'number') return xml`<integer>${value}</integer>`;
  if (typeof value === 'boolean') return value ? xml`<true/>` : xml`<false/>`;
  if (value instanceof Uint8Array) return xml`<data>${Buffer.from(value).toString('base64')}</data>`;
  if (Array.isArray(value)) return xml`<array>\n${value.map((one: Dictionary) => plist(one))}</array>`;
  const entries = Object.entries(value).map(([key, of]) => xml`<key>${key}</key>${plist(of)}\n`);
  return xml`<dict>\n${entries}</dict>\n`;
}

/** The same for the same member and server, so that a new profile takes the place of the old one. RFC 9562 §5.8. */
function uuid(...names: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(names)).digest().subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function head(settings: MycoSettings, member: Member, type: string, part: string): Dictionary {
  const { hostname } = settings.coop;
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${hostname.split('.').reverse().join('.')}.${member.id}.${part}`,
    PayloadUUID: uuid(hostname, member.address, part),
  };
}

function mail(settings: MycoSettings, member: Member, { incoming, outgoing }: MailPair): Dictionary {
  return {
    ...head(settings, member, 'com.apple.mail.managed', 'mail'),
    PayloadDisplayName: member.address,
    EmailAccountType: 'EmailTypeIMAP',
    EmailAccountDescription: settings.coop.name,
    EmailAccountName: member.name,
    EmailAddress: member.address,
    IncomingMailServerAuthentication: 'EmailAuthPassword',
    IncomingMailServerHostName: incoming.host,
    IncomingMailServerPortNumber: incoming.port,
    IncomingMailServerUseSSL: true,
    IncomingMailServerUsername: member.address,
    OutgoingMailServerAuthentication: 'EmailAuthPassword',
    OutgoingMailServerHostName: outgoing.host,
    OutgoingMailServerPortNumber: outgoing.port,
    OutgoingMailServerUseSSL: true,
    OutgoingMailServerUsername: member.address,
    OutgoingPasswordSameAsIncomingPassword: true,
  };
}

/** What the device keeps in its calendars, reminders and contacts: where the member is, so that nothing has to be looked for. */
function collections(settings: MycoSettings, member: Member, { host, port }: Reached, handle: string) {
  const account = (kind: 'CalDAV' | 'CardDAV', part: string): Dictionary => ({
    ...head(settings, member, `com.apple.${kind.toLowerCase()}.account`, part),
    PayloadDisplayName: member.address,
    [`${kind}AccountDescription`]: settings.coop.name,
    [`${kind}HostName`]: host,
    [`${kind}Port`]: port,
    [`${kind}UseSSL`]: true,
    [`${kind}PrincipalURL`]: `/dav/principals/${encodeURIComponent(handle)}/`,
    [`${kind}Username`]: member.address,
  });
  return [account('CalDAV', 'calendars'), account('CardDAV', 'contacts')];
}

function authority(settings: MycoSettings, member: Member, pem: string): Dictionary {
  return {
    ...head(settings, member, 'com.apple.security.root', 'authority'),
    PayloadDisplayName: `${settings.coop.name}: certificate authority`,
    PayloadCertificateFileName: 'ca.crt',
    PayloadContent: new Uint8Array(new X509Certificate(pem).raw),
  };
}

/**
 * GET `/mail/apple.mobileconfig`: mail, calendars and contacts for iPhone, iPad and Mac, unsigned, and the authority where it is our own. It
 * holds no password: the device asks for one.
 */
export function appleProfile(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, ({ member }) => {
    const settings = house.settings.value;
    const pair = bestMailDoors(settings, house.open());
    if (!pair) return notFound(visit, house);
    const https = house.open().find(({ door }) => door === 'https');
    const handle = house.accounts.accounts.handleOf(member);
    const pem = house.authority();
    const profile: Dictionary = {
      ...head(settings, member, 'Configuration', 'profile'),
      PayloadDisplayName: `${settings.coop.name} (${member.address})`,
      PayloadOrganization: settings.coop.name,
      PayloadRemovalDisallowed: false,
      PayloadContent: [
        mail(settings, member, pair),
        ...(https ? collections(settings, member, reachedAt(settings, https), handle) : []),
        ...(pem === null ? [] : [authority(settings, member, pem)]),
      ],
    };
    const { text } = xml`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${plist(profile)}</plist>
`;
    const headers = {
      'content-type': 'application/x-apple-aspen-config; charset=utf-8',
      'content-disposition': 'attachment; filename="mail.mobileconfig"',
      'cache-control': 'no-store',
    };
    return new Response(text, { headers });
  });
}
