import type { Element } from '../../formats/stanza/index.ts';
import {
  asTemp,
  avatarBytesMax,
  avatarMetadataNs,
  cardToAvatar,
  changeCard,
  hasUnreadPicture,
  ownCard,
  withTemp,
} from '../cards/index.ts';
import { StanzaError } from '../errors.ts';
import { vcardTempNs } from '../namespaces.ts';
import { inTurn, mayKnowAccount } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { IqRequest, Specification } from '../specification.ts';

/** For everybody who may see the picture: what a room shows of somebody. */
const face: ReadonlySet<string> = new Set(['FN', 'NICKNAME', 'PHOTO']);
/** For contacts: nothing of where somebody lives, or how they are called at night. */
const forContacts: ReadonlySet<string> = new Set([...face, 'N', 'EMAIL', 'TITLE', 'ROLE', 'ORG', 'URL']);
const nothing: ReadonlySet<string> = new Set();

/** What of a card somebody sees; null: all of it. */
async function seenBy(
  home: Home,
  { chat, stanza: { from }, session }: IqRequest,
): Promise<ReadonlySet<string> | null> {
  if (session?.home === home) return null;
  if (await mayKnowAccount(home, from)) return forContacts;
  if (session !== null || chat.router.isOurs(from.domain)) return face;
  // XEP-0398 §6: strangers of other servers see what its owner has published for everybody.
  const node = await chat.store.nodes.node({ service: 'pep', account: home.account, node: avatarMetadataNs });
  return node?.config.accessModel === 'open' ? face : nothing;
}

async function get(request: IqRequest): Promise<Element | null> {
  const { home } = request;
  if (home === null) throw new StanzaError('item-not-found');
  const seen = await seenBy(home, request);
  const shown = asTemp(seen === nothing ? null : await ownCard(home), seen);
  // Who may not know of the account hears what is said of nobody (RFC 6121 §8.5.1).
  if (seen !== null && seen !== forContacts && shown.children.length === 0)
    throw new StanzaError('service-unavailable');
  return shown;
}

async function set({ home, session, payload }: IqRequest): Promise<null> {
  if (home === null || session === null) throw new StanzaError('service-unavailable');
  if (hasUnreadPicture(payload))
    throw new StanzaError('not-acceptable', {
      text: `a picture is base64, of at most ${avatarBytesMax} bytes`,
    });
  await inTurn(home, async () => {
    await changeCard(home, (before) => withTemp(before, payload, session.member.name || home.jid.local));
    await cardToAvatar(home);
  });
  return null;
}

/** What somebody says of themselves: their own card, as chat has had it since 1999. */
export const vcardTemp: Specification = {
  xep: '0054',
  name: 'vcard-temp',
  version: '1.3.0',
  features: { server: [vcardTempNs], account: [vcardTempNs] },
  iq: [
    { name: 'vCard', ns: vcardTempNs, type: 'get', at: 'account', who: 'anyone', run: get },
    { name: 'vCard', ns: vcardTempNs, type: 'set', at: 'account', who: 'owner', run: set },
  ],
};
