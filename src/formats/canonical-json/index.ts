/**
 * formats/canonical-json: one spelling for each JSON value (RFC 8785, JCS), so that a hash of it can be computed again by
 * anybody, in any language. Names are sorted by their UTF-16 code units, nothing stands between tokens.
 * - Numbers are whole and safe (|n| ≤ 2^53 − 1): what is hashed here counts money, and a fraction would be a fault.
 * - What JSON cannot say (undefined, a lone surrogate, -0) is refused, never left out.
 */
export { canonicalJson, type JsonValue } from './write.ts';
