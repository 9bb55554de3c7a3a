import { event } from '../fixtures.ts';

/** What people invite each other to. */

export const far = 'DTSTART:20990305T100000Z\nDTEND:20990305T110000Z';

/** Ana's, with guests of the co-op. */
export const meeting = (uid: string, more = '', start = far, guests = ['ben', 'cleo']) =>
  event(
    uid,
    `ORGANIZER:mailto:ana@coop.localhost
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.localhost
${guests.map((name) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${name}@coop.localhost`).join('\n')}
${more}`,
    start,
  );

/** Of one attendee in an unfolded text. */
export const partstat = (text: string | undefined, name: string) =>
  /PARTSTAT=([A-Z-]+)/.exec(text?.match(new RegExp(`^ATTENDEE.*mailto:${name}@.*$`, 'im'))?.[0] ?? '')?.[1];
