/**
 * formats/vcard: cards of address books (RFC 6350, RFC 2426, and 2.1 as phones still export it). Pure.
 *
 * - Ours, not a library's: those that were tried rewrite values, lose groups or refuse a version.
 * - A card is read to know what it says; what is stored are its bytes as they came.
 * - What is refused is named by line (CardError). Values are not judged: what a client wrote comes back to it.
 * - Bounded: octets, properties, parameters; every step is linear in the octets.
 * - `convert` loses nothing that both versions can say, and no property that it does not know.
 */
export { escapeText, unescapeText } from '../content-lines/index.ts';
export { convert, nameOfCard } from './convert/convert.ts';
export { type CardFacts, digestOf, type Fact, factsOf, readDigest, versionOfDigest } from './digest.ts';
export { cardBytesMax, propertiesPerCardMax } from './limits.ts';
export { defaultLimits, readCard, readKept, withUid } from './read.ts';
export { type Piece, splitCards } from './split.ts';
export { componentsOf, listOf } from './text.ts';
export {
  type Card,
  CardError,
  type CardFault,
  type CardLimits,
  type CardProperty,
  type CardVersion,
} from './types.ts';
export { writeCard } from './write.ts';
