/**
 * net/dns: a stub resolver (RFC 1034 §5.3.1). It asks the name servers of the settings or of the system and follows
 * aliases; recursion and DNSSEC are theirs.
 *
 * - AD is believed of servers that were named to us or are on this machine (RFC 6840 §5.7), of no other.
 * - A question takes `questionMsMax` at most and rejects with DnsError only. Identical ones asked at once are one.
 * - Answers are remembered by their TTL, denials by the SOA record (RFC 2308), failures for seconds; all of it bounded.
 * - Where no server says a word, questions fail at once until one does.
 * - An answer is for us when id, port, name in its mixture of cases, and type are those of the question (RFC 5452);
 *   what is doubtful is asked again by TCP. Its lengths are checked, its records counted.
 */
export { createResolver, type ResolverOptions } from './resolver.ts';
export { isLoopback, type NameServer } from './servers.ts';
export {
  type CaaRecord,
  type DnsAnswer,
  DnsError,
  type DnsFailure,
  type MxRecord,
  type Resolver,
  type SrvRecord,
  type TlsaRecord,
} from './types.ts';
