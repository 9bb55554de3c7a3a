/**
 * xml: documents of strangers, for reports and for DAV. Pure.
 *
 * - Refused with FormatError, which names the line: document types and so every entity but the five, processing
 *   instructions, other encodings than UTF-8, and whatever is not well-formed (THREATS 8).
 * - What is to be kept as a client wrote it is read `verbatim` and written by `fragmentOf`.
 * - Bounded while reading: octets, depth, elements, attributes. What is taken while reading is not kept.
 */
export { fragmentOf } from './fragment.ts';
export { xmlAttributesMax, xmlBytesMax, xmlDepthMax, xmlElementsMax } from './limits.ts';
export {
  childOf,
  escapeXml,
  parseXml,
  type XmlAttribute,
  type XmlElement,
  type XmlOptions,
  XmlReader,
  type XmlSource,
} from './reader.ts';
