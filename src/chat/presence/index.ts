/**
 * chat/presence: who is there, and who may know it (RFC 6121 §3, §4).
 * - `sent` is what a client of ours says, at its own home; `received` is what others say to one of ours.
 */
import type { Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { PresenceRules } from '../specification.ts';
import { addressed, type Stanza } from '../stanza.ts';

export const presenceRules: PresenceRules = {
  async sent(session: Session, of: Element, to: Jid | null): Promise<void> {
    if (to !== null) return session.chat.router.route(addressed(of, session.jid, to));
    const { type } = of.attributes;
    if (type !== undefined && type !== 'unavailable') throw new StanzaError('bad-request');
    session.presence = type === undefined ? addressed(of, session.jid, session.home.jid).element : null;
  },
  async received(home: Home, { element, to }: Stanza): Promise<void> {
    for (const session of to.resource === '' ? home.available : home.sessions.values()) {
      if (to.resource === '' || session.jid.resource === to.resource) session.deliver(element);
    }
  },
  async demandKnown(home: Home, _session: Session, { from }: Stanza): Promise<void> {
    if (home.chat.homes.sessionOf(from)?.home !== home) throw new StanzaError('service-unavailable');
  },
};
