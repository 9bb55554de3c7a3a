import { element } from '../../formats/stanza/index.ts';
import { bindingsOf } from '../auth/scram.ts';
import type { Specification } from '../specification.ts';

const bindingsNs = 'urn:xmpp:sasl-cb:0';

/** SASL Channel-Binding Type Capability: by what a client may show that nobody sits between, where it can at all. */
export const channelBindings: Specification = {
  xep: '0440',
  name: 'SASL Channel-Binding Type Capability',
  version: '1.0.0',
  offers(stream) {
    const types = stream.state === 'stranger' ? bindingsOf(stream) : [];
    if (types.length === 0) return [];
    const told = types.map((type) => element('channel-binding', bindingsNs, { type }));
    return [element('sasl-channel-binding', bindingsNs, {}, ...told)];
  },
};
