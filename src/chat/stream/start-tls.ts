import { element, writeElement } from '../../formats/stanza/index.ts';
import { tlsNs } from '../namespaces.ts';
import type { Specification } from '../specification.ts';
import type { ClientStream } from './client-stream.ts';

const mayStart = (stream: ClientStream): boolean =>
  stream.mayStartTls && stream.transport.kind === 'tcp' && !stream.isSecure && stream.state === 'stranger';

/** STARTTLS. Nothing else is offered before it, unless the operator allows passwords in clear (loopback tests). */
export const startTls: Specification = {
  rfc: 'RFC 6120 §5',
  name: 'STARTTLS',
  offers(stream) {
    if (!mayStart(stream)) return [];
    return [element('starttls', tlsNs, {}, stream.mayTakePasswords ? null : element('required', tlsNs))];
  },
  elements: [
    {
      name: 'starttls',
      ns: tlsNs,
      states: ['stranger'],
      async run(stream) {
        // RFC 6120 §5.4.2.2: a failure ends the stream.
        if (!mayStart(stream)) {
          stream.send(element('failure', tlsNs));
          stream.close();
          return;
        }
        await stream.transport.startTls(writeElement(element('proceed', tlsNs)));
      },
    },
  ],
};
