import { element } from '../../formats/stanza/index.ts';
import type { Specification } from '../specification.ts';

const versionNs = 'jabber:iq:version';

/** What software this is. The operating system stays our matter (XEP-0092 §6). */
export const softwareVersion: Specification = {
  xep: '0092',
  name: 'Software Version',
  version: '1.1',
  features: { server: [versionNs] },
  iq: [
    {
      name: 'query',
      ns: versionNs,
      type: 'get',
      at: 'server',
      who: 'anyone',
      run: ({ chat }) =>
        element(
          'query',
          versionNs,
          {},
          element('name', versionNs, {}, 'myco'),
          element('version', versionNs, {}, chat.version),
        ),
    },
  ],
};
