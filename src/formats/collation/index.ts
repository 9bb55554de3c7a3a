/**
 * collation: how texts are compared without regard to case. Pure.
 *
 * - `casemap` answers the key of a text: texts are equal where their keys are, a text contains another where its key
 *   does, and keys are in order by the octets of their UTF-8.
 * - Linear; never throws. The key of ASCII is its upper case.
 */
export { casemap } from './casemap.ts';
