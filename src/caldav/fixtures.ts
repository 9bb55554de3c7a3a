/** Texts and requests of tests. */

export const crlf = (text: string) => text.trim().replace(/\r?\n/g, '\r\n').concat('\r\n');

/** A VEVENT, its properties over those that every one has. */
export function event(uid: string, lines = '', start = 'DTSTART:20260305T100000Z'): string {
  return calendar(`BEGIN:VEVENT
UID:${uid}
DTSTAMP:20260101T000000Z
${start}
SUMMARY:Event ${uid}
${lines === '' ? '' : `${lines.trim()}\n`}END:VEVENT`);
}

export function todo(uid: string, lines = ''): string {
  return calendar(`BEGIN:VTODO
UID:${uid}
DTSTAMP:20260101T000000Z
SUMMARY:To do ${uid}
${lines === '' ? '' : `${lines.trim()}\n`}END:VTODO`);
}

export function calendar(inner: string): string {
  return crlf(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
${inner}
END:VCALENDAR`);
}

export const xml = { 'content-type': 'application/xml; charset=utf-8' };

const names =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"';

/** A document whose root has the prefixes D, C, CS and A. */
export const document = (root: string, inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?><${root} ${names}>${inner}</${root}>`;

export const propfind = (...properties: string[]) =>
  document('D:propfind', `<D:prop>${properties.map((name) => `<${name}/>`).join('')}</D:prop>`);

export const query = (filter: string, prop = '<D:getetag/>', more = '') =>
  document(
    'C:calendar-query',
    `<D:prop>${prop}</D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter>${more}`,
  );

/** Names of the items that a 207 answers with 200. */
export const found = (text: string): string[] =>
  [...text.matchAll(/<D:response><D:href>[^<]*\/([^</]+)<\/D:href><D:propstat>.*?200 OK/gs)].map(
    ([, name]) => name ?? '',
  );
