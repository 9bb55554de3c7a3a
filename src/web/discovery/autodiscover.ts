import type { House, Visit } from '../house.ts';
import { type Html, xml } from '../html.ts';
import { readBody } from '../http/forms.ts';
import { webAddress } from '../links.ts';
import { bestMailDoors, type MailDoor } from '../mail-doors.ts';

const base = 'http://schemas.microsoft.com/exchange/autodiscover';
const mailSchema = `${base}/outlook/responseschema/2006a`;

function answer(response: Html): Response {
  const { text } = xml`<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="${base}/responseschema/2006">
${response}</Autodiscover>
`;
  const headers = { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(text, { headers });
}

/** [MS-OXDSCLI] §2.2.4.1.1.2: refusals too are answered with status 200. */
function refuse(house: House, code: number, message: string): Response {
  const time = new Date(house.clock.nowMs()).toISOString().slice(11, 19);
  return answer(xml`  <Response>
    <Error Time="${time}" Id="0">
      <ErrorCode>${code}</ErrorCode>
      <Message>${message}</Message>
      <DebugData/>
    </Error>
  </Response>
`);
}

function protocol(type: string, door: MailDoor, address: string): Html {
  return xml`      <Protocol>
        <Type>${type}</Type>
        <Server>${door.host}</Server>
        <Port>${door.port}</Port>
        <LoginName>${address}</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>${door.security === 'tls' ? 'on' : 'off'}</SSL>
        <Encryption>${door.security === 'tls' ? 'SSL' : 'TLS'}</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
`;
}

/** One element's text. The request is not read as XML, so there is nothing in it to expand or to nest. */
function element(body: string, name: string): string | null {
  const found = new RegExp(`<(?:\\w{1,20}:)?${name}>([^<&]{1,1000})</`).exec(body);
  return found?.[1]?.trim() ?? null;
}

/** POST `/autodiscover/autodiscover.xml`: plain old XML ([MS-OXDSCLI] §2.2.4), as Outlook asks. Says nothing of members. */
export async function autodiscoverXml(visit: Visit, house: House): Promise<Response> {
  const body = await readBody(visit.request);
  const address = element(body, 'EMailAddress');
  const wanted = element(body, 'AcceptableResponseSchema');
  if (address === null || !/^[^@\s]{1,256}@[^@\s]{1,255}$/.test(address))
    return refuse(house, 600, 'Invalid Request');
  if (wanted !== null && wanted !== mailSchema)
    return refuse(house, 601, 'The requested schema is not supported');
  const settings = house.settings.value;
  const pair = bestMailDoors(settings, house.open());
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (!pair || !(await house.accounts.accounts.isLocalDomain(domain)))
    return refuse(house, 500, 'The email address is not of this server');
  return answer(xml`  <Response xmlns="${mailSchema}">
    <User><DisplayName>${address}</DisplayName></User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
${protocol('IMAP', pair.incoming, address)}${protocol('SMTP', pair.outgoing, address)}    </Account>
  </Response>
`);
}

/** GET `/autodiscover/autodiscover.json`: version 2, where the XML is found. Other protocols are not spoken here. */
export function autodiscoverJson(visit: Visit, house: House): Response {
  const headers = { 'cache-control': 'no-store' };
  const wanted = new Map([...visit.url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  if (wanted.get('protocol')?.toLowerCase() !== 'autodiscoverv1') {
    const refusal = {
      ErrorCode: 'ProtocolNotSupported',
      ErrorMessage: 'Supported protocols: AutodiscoverV1',
    };
    return Response.json(refusal, { status: 400, headers });
  }
  const url = webAddress(house.settings.value, '/autodiscover/autodiscover.xml', house.open());
  return Response.json({ Protocol: 'AutodiscoverV1', Url: url }, { headers });
}
