/**
 * chat/cards: a member's own card, which stands in an address book: vcard-temp (XEP-0054) and avatars (XEP-0084, XEP-0153) are
 * views of it, and what a client sets is written to it.
 * - What chat has no word for stays in the card; what a client says again stays as it was written.
 * - Who may see what is decided in one place (`0054-vcard-temp.ts`): a card of an address book was not written for strangers.
 */
export { avatarDataNs, avatarMetadataNs, avatarToCard, cardToAvatar } from './avatar.ts';
export { avatarBytesMax } from './limits.ts';
export {
  avatarHash,
  changeCard,
  changeCardOf,
  forgetAvatarHash,
  hasOtherPicture,
  type OwnCards,
  ownCard,
} from './own.ts';
export { asTemp, hasUnreadPicture, withAdded, withSaid, withTemp } from './temp.ts';
export { tempOfVcard4, vcard4Node, vcard4Ns } from './vcard4.ts';
