/**
 * stanza: the XML of XMPP (RFC 6120 §11), read and written. Pure.
 *
 * - What comes over TCP is cut by `StreamSplitter`; a frame of a WebSocket is one element already (RFC 7395 §3.3).
 * - `parseElement` takes the restricted XML of RFC 6120 §11.1 alone: comments, instructions, types of documents and entities
 *   other than the five are refused with XmlFault, and so is what is not well-formed or more than limits.ts allows.
 * - Names are compared by name space; prefixes are gone after reading, and the writer declares what is needed where it is
 *   needed, so that an element can be put anywhere.
 */
export {
  type Attributes,
  childOf,
  childrenOf,
  type Element,
  element,
  elementsOf,
  textOf,
} from './element.ts';
export { XmlFault, type XmlFaultKind } from './fault.ts';
export { stanzaAttributesMax, stanzaDepthMax, stanzaElementsMax } from './limits.ts';
export { parseElement, parseHead, type Scope } from './parse.ts';
export { type StreamPiece, StreamSplitter } from './split.ts';
export { escapeAttribute, escapeText, writeElement } from './write.ts';
