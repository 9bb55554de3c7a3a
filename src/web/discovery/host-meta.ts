import type { House, Visit } from '../house.ts';
import { xml } from '../html.ts';
import { publicFile } from '../http/file.ts';
import { webAddress } from '../links.ts';

/** Where chat is spoken over WebSocket (RFC 7395). */
export const webSocketPath = '/xmpp-websocket';

const relation = 'urn:xmpp:alt-connections:websocket';

/** By the best door there is: pages are in clear only where logins may be. */
function webSocketAddress({ settings, open }: House): string {
  return webAddress(settings.value, webSocketPath, open()).replace(/^http/, 'ws');
}

// XEP-0156 §3.2: a page from anywhere may ask.
function forAnyOrigin(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*');
  return response;
}

/** `/.well-known/host-meta` (RFC 6415, XEP-0156 §3.2); the same for every domain. */
export function hostMeta(_: Visit, house: House): Response {
  const { text } = xml`<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="${relation}" href="${webSocketAddress(house)}"/>
</XRD>
`;
  return forAnyOrigin(publicFile('application/xrd+xml; charset=utf-8', text));
}

/** The same as JSON (RFC 6415 appendix A). */
export function hostMetaJson(_: Visit, house: House): Response {
  const links = [{ rel: relation, href: webSocketAddress(house) }];
  return forAnyOrigin(publicFile('application/json', `${JSON.stringify({ links })}\n`));
}
