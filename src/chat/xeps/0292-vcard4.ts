import { changeCard, tempOfVcard4, vcard4Node, vcard4Ns, withSaid } from '../cards/index.ts';
import { ownItems } from '../pubsub/index.ts';
import { inTurn } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Specification } from '../specification.ts';

/** What a client has published stands in the card; of what it does not speak of, nothing is known. */
async function follow(home: Home): Promise<void> {
  if (home.chat.cards === null) return;
  let last: Parameters<typeof tempOfVcard4>[0] | undefined;
  for await (const { payload } of ownItems(home, vcard4Node)) last = payload;
  if (last?.name !== 'vcard' || last.ns !== vcard4Ns) return;
  const temp = tempOfVcard4(last);
  if (temp.children.length > 0) await changeCard(home, (before) => withSaid(before, temp, home.jid.local));
}

/** Cards in a node: another way to write the member's own, which those who ask for vcard-temp see. */
export const vcard4: Specification = {
  xep: '0292',
  name: 'vCard4 Over XMPP',
  version: '0.12.0',
  nodes: [{ node: vcard4Node, changed: (home) => inTurn(home, () => follow(home)) }],
};
