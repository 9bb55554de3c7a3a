import { type Element, element, textOf } from '../../formats/stanza/index.ts';
import { saslNs } from '../namespaces.ts';
import type { Specification } from '../specification.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { exchange, fromBase64, known, offeredTo, refuse, runMechanism, SaslFailure } from './sign-in.ts';
import { lookAgain } from './standing.ts';

/** RFC 6120 §6.4. */
async function authenticate(stream: ClientStream, auth: Element): Promise<void> {
  const name = auth.attributes.mechanism ?? '';
  try {
    const text = textOf(auth);
    const { accepted, final } = await runMechanism(name, {
      stream,
      initial: text === '' ? null : decoded(text),
      offered: offeredTo(stream).map((each) => each.name),
      exchange: async (challenge) => decoded(textOf(await exchange(stream, saslNs, challenge))),
    });
    stream.signedIn(accepted);
    stream.chat.meters.login(known(name), 'accepted');
    stream.send(element('success', saslNs, {}, final?.toString('base64') ?? null));
    stream.transport.restart();
  } catch (error) {
    if (!(error instanceof SaslFailure)) throw error;
    refuse(stream, saslNs, name, error);
  }
}

/** RFC 6120 §6.4.2: '=' is a message that is empty. */
const decoded = (text: string): Buffer => (text === '=' ? Buffer.alloc(0) : fromBase64(text));

export const sasl: Specification = {
  rfc: 'RFC 6120 §6',
  name: 'SASL',
  offers(stream) {
    const offered = stream.state === 'stranger' ? offeredTo(stream) : [];
    if (offered.length === 0) return [];
    const names = offered.map(({ name }) => element('mechanism', saslNs, {}, name));
    return [element('mechanisms', saslNs, {}, ...names)];
  },
  // What they signed in with may have been revoked before they were found among those who are there.
  session: { opened: lookAgain, resumed: lookAgain },
  elements: [{ name: 'auth', ns: saslNs, states: ['stranger'], run: authenticate }],
};
