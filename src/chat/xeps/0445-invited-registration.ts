import { element } from '../../formats/stanza/index.ts';
import { mayRegister } from '../registration/register.ts';
import type { Specification } from '../specification.ts';

/** The name of the XEP, and the one by which clients knew it before. */
const features = ['urn:xmpp:ibr-token:0', 'urn:xmpp:invite'];

/** Pre-Authenticated In-Band Registration: who shows an invitation may have an account. XEP-0077 answers it. */
export const invitedRegistration: Specification = {
  xep: '0445',
  name: 'Pre-Authenticated In-Band Registration',
  version: '0.2.0',
  offers: (stream) => (mayRegister(stream) ? features.map((ns) => element('register', ns)) : []),
};
