/** Limits of what is said between servers. */
export interface FederationLimits {
  /** Of one stanza of a server that has shown who it is; told to it (XEP-0478). */
  readonly serverStanzaBytesMax: number;
  /** Of one element before that. */
  readonly unknownBytesMax: number;
  /** Elements of a server that has not shown who it is, on one connection. */
  readonly unknownElementsMax: number;
  /** Time to show it. */
  readonly unknownMsMax: number;
  /** Streams from one address whose servers have not shown who they are. */
  readonly unknownPerAddressMax: number;
  /** Domains that may speak by one stream. */
  readonly domainsPerStreamMax: number;
  /** Streams that one domain has opened to us; of more, the oldest ends. */
  readonly streamsPerDomainMax: number;
  /** Pairs of a domain of ours and one elsewhere that something is sent to. */
  readonly linksMax: number;
  /** Stanzas that wait in memory for one of them, and their bytes; what is durable waits in the store beyond that. */
  readonly heldPerLinkMax: number;
  readonly heldBytesPerLinkMax: number;
  /** Stanzas that were sent to one of them and not confirmed; then it is waited for. */
  readonly unconfirmedMax: number;
  /** Time in which what was sent is confirmed; then the stream counts as dead (XEP-0198), or it as arrived (without). */
  readonly unconfirmedMsMax: number;
  /** Connecting and showing who we are. */
  readonly connectMsMax: number;
  /** Streams that are being opened at a time, and that wait for that. */
  readonly connectingMax: number;
  readonly connectingWaitingMax: number;
  /** Domains whose keys are being asked for at a time, and that wait for that (XEP-0220 §2.3). */
  readonly verifyingMax: number;
  readonly verifyingWaitingMax: number;
  /** Of these, asked for by servers at one address. */
  readonly verifyingPerAddressMax: number;
  /** Between attempts to reach a server. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** After so many failures in a row whoever runs the server reads in the log that messages wait. */
  readonly untoldFailuresMax: number;
  /** A stream on which nothing was said for so long is closed. */
  readonly idleMsMax: number;
  /** One that another server has opened, and on which not even white space came: it is dead. */
  readonly silentMsMax: number;
  /** Streams that broke off and may be resumed (XEP-0198 §5), and for how long. */
  readonly resumableMax: number;
  readonly resumeSecondsMax: number;
  /** How often it is looked who is still there, and what is due. */
  readonly lookMs: number;
  /** How often it is looked what has waited too long. */
  readonly expiryLookMs: number;
  /** Elements of one domain, and characters in them, by all its streams; who is faster for that many seconds is read later. */
  readonly serverStanzasPerSecondMax: number;
  readonly serverCharactersPerSecondMax: number;
  readonly serverBurstSecondsMax: number;
  /** Of one address: so many times what one domain may. */
  readonly addressPacesMax: number;
  /** Domains, and addresses, whose pace is remembered. */
  readonly sharesMax: number;
}

export const defaultFederationLimits: FederationLimits = {
  serverStanzaBytesMax: 524_288,
  unknownBytesMax: 16_384,
  unknownElementsMax: 32,
  unknownMsMax: 60_000,
  unknownPerAddressMax: 20,
  domainsPerStreamMax: 20,
  streamsPerDomainMax: 20,
  linksMax: 20_000,
  heldPerLinkMax: 1_000,
  heldBytesPerLinkMax: 4 * 1024 * 1024,
  unconfirmedMax: 500,
  unconfirmedMsMax: 60_000,
  connectMsMax: 30_000,
  connectingMax: 50,
  connectingWaitingMax: 2_000,
  verifyingMax: 20,
  verifyingWaitingMax: 200,
  verifyingPerAddressMax: 5,
  retryMsMin: 10_000,
  retryMsMax: 1_800_000,
  untoldFailuresMax: 5,
  idleMsMax: 900_000,
  silentMsMax: 3_600_000,
  resumableMax: 1_000,
  resumeSecondsMax: 300,
  lookMs: 5_000,
  expiryLookMs: 60_000,
  serverStanzasPerSecondMax: 2_000,
  serverCharactersPerSecondMax: 2_097_152,
  serverBurstSecondsMax: 10,
  addressPacesMax: 4,
  sharesMax: 10_000,
};
