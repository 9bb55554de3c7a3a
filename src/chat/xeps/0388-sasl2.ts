import { loginWithFast } from '../auth/fast.ts';
import { alreadySignedIn, authenticate, sasl2Ns, sasl2Offer } from '../auth/sasl2.ts';
import type { Specification } from '../specification.ts';

/** Extensible SASL Profile: signing in, with everything that a session begins with in the same request. */
export const sasl2: Specification = {
  xep: '0388',
  name: 'Extensible SASL Profile',
  version: '1.0.4',
  offers: sasl2Offer,
  elements: [
    {
      name: 'authenticate',
      ns: sasl2Ns,
      states: ['stranger', 'member', 'bound'],
      run: (stream, request) =>
        stream.state === 'stranger' ? authenticate(stream, request, loginWithFast) : alreadySignedIn(),
    },
  ],
};
