import { element } from '../../formats/stanza/index.ts';
import { dateTime } from '../data/index.ts';
import type { Specification } from '../specification.ts';

const timeNs = 'urn:xmpp:time';

/** What time it is here: UTC, whatever the machine believes of its place. */
export const entityTime: Specification = {
  xep: '0202',
  name: 'Entity Time',
  version: '2.0',
  features: { server: [timeNs] },
  iq: [
    {
      name: 'time',
      ns: timeNs,
      type: 'get',
      at: 'server',
      who: 'anyone',
      run: ({ chat }) =>
        element(
          'time',
          timeNs,
          {},
          element('tzo', timeNs, {}, 'Z'),
          element('utc', timeNs, {}, dateTime(chat.clock.nowMs())),
        ),
    },
  ],
};
