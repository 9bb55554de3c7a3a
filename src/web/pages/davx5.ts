import { encode } from 'uqr';
import type { House } from '../house.ts';
import { type Html, html } from '../html.ts';
import { pictureBytesMax } from '../limits.ts';
import { webAddress } from '../links.ts';
import type { Messages } from '../messages/index.ts';

export interface Davx5 {
  readonly say: Messages;
  readonly address: string;
  /** Null: it asks for one. */
  readonly password: string | null;
}

/** Where calendars and contacts are; null where nothing is reached by https. */
export function collectionsAddress(house: House): string | null {
  const https = house.open().filter(({ door }) => door === 'https');
  return https.length === 0 ? null : webAddress(house.settings.value, '/', https);
}

/** A link by which DAVx⁵ is set up, and the same for its camera: it takes `davx5:` for https, who one is before the server. */
export function davx5(house: House, { say, address, password }: Davx5): Html | null {
  const server = collectionsAddress(house);
  if (server === null) return null;
  const who = [address, ...(password === null ? [] : [password])].map(encodeURIComponent).join(':');
  const link = server.replace(/^https:\/\//, `davx5://${who}@`);
  return html`<p><a href="${link}">${say.davx5}</a><br><span class="hint">${say.davx5Lead}</span></p>
${picture(link, say.davx5Picture)}`;
}

/** Dark on light whatever the page's colours are, with the margin that readers need (ISO/IEC 18004 §5.3.8). */
export function picture(text: string, says: string): Html | null {
  if (Buffer.byteLength(text) > pictureBytesMax) return null;
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${says}" shape-rendering="crispEdges">
<path fill="#fff" d="M0 0h${size}v${size}h-${size}z"/><path fill="#000" d="${squares.join('')}"/></svg>`;
}
