/**
 * formats/strict-json: JSON that every reader understands alike (RFC 8259, RFC 7493 I-JSON), for what counts money.
 * - Numbers are whole and safe (|n| ≤ 2^53 − 1), written without point or exponent: a fraction has lost what it was.
 * - A name stands once in an object; text is UTF-8 without half of a surrogate pair. What is not so is refused, with its place.
 */
export { readStrictJson, type StrictJson } from './read.ts';
