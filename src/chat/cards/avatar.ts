import { StoreError } from '../../base/index.ts';
import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { ownItem, ownItems, publishOwn } from '../pubsub/index.ts';
import type { Home } from '../routing/home.ts';
import { changeCard, ownCard } from './own.ts';
import { hashOf, type Photo, photoIn, photoOfCard, withPhoto } from './photo.ts';

export const avatarDataNs = 'urn:xmpp:avatar:data';
export const avatarMetadataNs = 'urn:xmpp:avatar:metadata';

/** What the node says now; undefined: it says nothing at all. */
async function lastMetadata(home: Home): Promise<Element | undefined> {
  let last: Element | undefined;
  for await (const { payload } of ownItems(home, avatarMetadataNs)) last = payload;
  return last;
}

/** XEP-0398 §3.1: the one of its pictures that is published here. */
async function publishedPhoto(home: Home, metadata: Element): Promise<Photo | null> {
  for (const info of childrenOf(metadata, 'info', avatarMetadataNs)) {
    const { id = '', type = '', url } = info.attributes;
    if (url !== undefined || id === '') continue;
    const data = await ownItem(home, avatarDataNs, id);
    const photo = data === null ? null : photoIn(type, textOf(data));
    if (photo !== null && hashOf(photo) === id.toLowerCase()) return photo;
  }
  return null;
}

/** XEP-0398 §3.1: what a client has published stands in the card. */
export async function avatarToCard(home: Home): Promise<void> {
  if (home.chat.cards === null) return;
  const metadata = await lastMetadata(home);
  // A node that was emptied or removed says nothing of the card: an avatar is ended by saying that there is none (XEP-0084 §3.3).
  if (metadata === undefined || metadata.name !== 'metadata') return;
  const photo = await publishedPhoto(home, metadata);
  if (photo === null && childOf(metadata, 'info', avatarMetadataNs) !== undefined) return;
  const known = photoOfCard(await ownCard(home));
  if ((known && hashOf(known)) === (photo && hashOf(photo))) return;
  await changeCard(home, (before) => withName(home, withPhoto(before, photo)));
}

function withName(home: Home, card: ReturnType<typeof withPhoto>): ReturnType<typeof withPhoto> {
  if (card.properties.some(({ name }) => name === 'FN')) return card;
  const fn = { group: '', name: 'FN', spelling: 'FN', parameters: [], value: home.jid.local, line: 0 };
  return { ...card, properties: [...card.properties, fn] };
}

/** XEP-0398 §3.2: what stands in the card is published, where it is another one. */
export async function cardToAvatar(home: Home): Promise<void> {
  const photo = photoOfCard(await ownCard(home));
  const metadata = await lastMetadata(home);
  const info = metadata && childOf(metadata, 'info', avatarMetadataNs);
  if (photo === null) {
    if (info !== undefined)
      await publishOwn(home, avatarMetadataNs, [
        { id: 'none', payload: element('metadata', avatarMetadataNs) },
      ]);
    return;
  }
  const id = hashOf(photo);
  if (info?.attributes.id?.toLowerCase() === id) return;
  const data = element('data', avatarDataNs, {}, photo.bytes.toString('base64'));
  const shown = element('info', avatarMetadataNs, {
    id,
    type: photo.type,
    bytes: String(photo.bytes.length),
  });
  try {
    await publishOwn(home, avatarDataNs, [{ id, payload: data }]);
    await publishOwn(home, avatarMetadataNs, [
      { id, payload: element('metadata', avatarMetadataNs, {}, shown) },
    ]);
  } catch (error) {
    // Whose nodes are full has a picture in the card alone.
    if (!(error instanceof StoreError)) throw error;
    home.chat.log.warn('xmpp avatar not published', { reason: error.reason });
  }
}
