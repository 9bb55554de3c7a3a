import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';

/** XEP-0191. */
export const blockingNs = 'urn:xmpp:blocking';

/** XEP-0191 §2: a full address, a bare one, a domain with a resource, or a domain and all below it. */
export function isBlocked(blocked: ReadonlySet<string>, jid: Jid): boolean {
  if (blocked.size === 0) return false;
  const { domain, resource } = jid;
  if (blocked.has(jidText(jid)) || blocked.has(bareText(jid))) return true;
  if (resource !== '' && blocked.has(`${domain}/${resource}`)) return true;
  for (let at = 0; ; ) {
    if (blocked.has(domain.slice(at))) return true;
    const dot = domain.indexOf('.', at);
    if (dot < 0) return false;
    at = dot + 1;
  }
}
