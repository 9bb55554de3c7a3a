/** What a network refuses or ends; every value may be set by the settings, these are the defaults. */
export interface NetLimits {
  /** Connections of one IPv4 address or one IPv6 /64, all listeners together. */
  readonly connectionsPerAddressMax: number;
  /** So long a connection that has not signed in may be quiet before it gives way to another of its address, where that is full. */
  readonly quietStrangerMsMin: number;
  /** Connections of all addresses; lowered where the process may not open as many files. */
  readonly connectionsMax: number;
  /** Time from the first byte that a protocol may ask for to `authenticated()`. */
  readonly unauthenticatedMsMax: number;
  readonly handshakeMsMax: number;
  readonly proxyHeaderMsMax: number;
  /** Bytes written by a protocol that the client has not taken yet. */
  readonly sendBufferBytesMax: number;
  /** Time in which a client must take at least something of what waits for it. */
  readonly sendStallMsMax: number;
  /** Time between our end of a conversation and the client's. */
  readonly closeLingerMsMax: number;
  /** How often deadlines are looked at; one timer serves every connection. */
  readonly sweepIntervalMs: number;
  /** What a compressed client may send beyond `inflateRatioMax`: two messages of nothing but zeros, not more. */
  readonly inflateSurplusBytesMax: number;
  /** First and longest pause of accepting when descriptors ran out. */
  readonly acceptPauseMsMin: number;
  readonly acceptPauseMsMax: number;
}

export const defaultNetLimits: NetLimits = {
  connectionsPerAddressMax: 100,
  quietStrangerMsMin: 2_000,
  connectionsMax: 10_000,
  unauthenticatedMsMax: 60_000,
  handshakeMsMax: 15_000,
  proxyHeaderMsMax: 5_000,
  sendBufferBytesMax: 4 * 1024 * 1024,
  sendStallMsMax: 120_000,
  closeLingerMsMax: 5_000,
  sweepIntervalMs: 1_000,
  inflateSurplusBytesMax: 128 * 1024 * 1024,
  acceptPauseMsMin: 100,
  acceptPauseMsMax: 5_000,
};

/** Share of the process's descriptors that connections may take; the rest is for storage, logs and answers. */
export const connectionDescriptorsPercentMax = 80;

/** Connections the kernel may hold ready for us to accept. */
export const listenBacklogMax = 1_024;

/** PROXY protocol specification §2.1: the longest line of version 1, CRLF included. */
export const proxyHeaderV1BytesMax = 107;
/** §2.2: the least a receiver must take of version 2; more than this is refused here. */
export const proxyHeaderV2BytesMax = 536;

/** Bytes a line reader keeps unread before it asks the stream to wait. */
export const readAheadBytesMax = 64 * 1024;
/** Packets up to this size are gathered, so that a client sending single bytes costs no more than their sum. */
export const gatherPacketBytesMax = 512;
/** The block in which they are gathered. */
export const gatherBlockBytes = 4 * 1024;

/** What a compressed connection has written before it is compressed, at the latest; a batch costs under 1 ms. */
export const compressBatchBytesMax = 64 * 1024;
/** What is remembered of the batch before, for the next to refer to; all that an idle client costs in this direction. */
export const compressHistoryBytesMax = 4 * 1024;
/** What is inflated in one piece. Below 32 KiB Node would cut it from a slab of 64 KiB that each idle client then holds. */
export const inflateChunkBytes = 32 * 1024;
/** How many times longer than what came a client's bytes may be; DEFLATE can make them a thousand times longer. */
export const inflateRatioMax = 50;

/** Certificates looked at of what a server sends: its own, what signed it, and so on. */
export const chainCertificatesMax = 10;
/** An address that does not answer leaves time for the others; none gets less than this. */
export const dialShareMs = 5_000;
/** RFC 8305 §5: how long one attempt is alone before the next begins beside it. */
export const dialStaggerMs = 250;
/** Addresses that are tried for one connection, and hosts of a service that are looked up. */
export const dialTargetsMax = 20;
export const serviceHostsMax = 10;

/** The certificate authority of a self-signed installation. */
export const authorityDaysMax = 3_650;
/** What browsers and phones accept of a server certificate. */
export const leafDaysMax = 397;
/** A certificate is made anew when fewer days are left. */
export const renewBeforeDays = 30;
/** Certificates begin this long before they are made, for clients whose clock is behind. */
export const backdateHours = 24;
/** Names in one self-signed certificate. */
export const certificateNamesMax = 100;
/** How often certificate files are looked at. */
export const certificatePollMs = 5_000;
/** Session ticket keys are replaced after this long, so that a stolen one opens a day, not a year. */
export const ticketKeyHoursMax = 24;

/** One HTTP request's line and headers. */
export const httpHeaderBytesMax = 16 * 1024;
export const httpHeaderMsMax = 15_000;
/** A whole request with its body: an upload of 5 GiB at 2 MB/s fits. */
export const httpRequestMsMax = 45 * 60_000;
export const httpKeepAliveMsMax = 65_000;

/** Time between our Close frame, or our answer to the client's, and the end of the connection. */
export const webSocketCloseMsMax = 5_000;
/** Pieces that one message may come in, and packets that one frame may: each costs more than its bytes. */
export const webSocketFragmentsMax = 1_024;
export const webSocketPacketsMax = 16 * 1024;
