/**
 * net: listeners, TLS, lines of bytes, HTTP. The only folder that names node:net, node:tls and node:http; it knows
 * no protocol above HTTP.
 *
 * - Every listener counts connections per address (IPv6 by /64) and in all, before a protocol sees them; a stranger
 *   has `unauthenticatedMsMax` to say who it is; out of descriptors, accepting pauses and never spins.
 * - A client's bytes are bounded before memory is spent: LineReader stops the stream, refuses a line while reading
 *   it, and streams what is counted. Our bytes are bounded too: who does not read is cut off (`slow-reader`).
 * - `octets` hands over what comes without holding or copying it; who is busy pauses the client.
 * - `startTls` drops whatever was received before the handshake (THREATS 2).
 * - `compress` deflates both ways above TLS; an idle client costs its inflater (70 KiB) and no deflater, and what it
 *   sends is inflated only as far as it is read (THREATS 6).
 * - One timer looks at the deadlines of all connections; an idle connection owns no timer and no buffer.
 * - Draining: accepting stops at once, protocols say goodbye, the rest is ended after the grace.
 */

export { addressFamily, addressKey, type Endpoint, normalAddress } from './address.ts';
export { type Connection, closeReasons, TlsFailure, type TlsInfo } from './connection.ts';
export { createDial, type Dial, type DialOptions, type Outgoing } from './dial.ts';
export {
  type CaaRecord,
  createResolver,
  type DnsAnswer,
  DnsError,
  type DnsFailure,
  isLoopback,
  type MxRecord,
  type NameServer,
  type Resolver,
  type ResolverOptions,
  type SrvRecord,
  type TlsaRecord,
} from './dns/index.ts';
export {
  type AskOutward,
  connectionOf,
  createAskOutward,
  createGetHttps,
  createPostForm,
  disposition,
  type FetchHandler,
  type FormAnswer,
  type FormPost,
  type GetHttps,
  type HttpEnvironment,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpsAnswer,
  type HttpsGet,
  liftRequestLimit,
  listenHttp,
  OutwardError,
  type OutwardOptions,
  type OutwardRequest,
  type PostForm,
  type RawHandler,
  type UpgradeHandler,
} from './http/index.ts';
export { certificateNamesMax, defaultNetLimits, type NetLimits } from './limits.ts';
export { LineFault, type LineFaultCode, LineReader, type LineReaderOptions } from './line-reader.ts';
export type { Listener, ListenerOptions } from './listener.ts';
export { netMetrics } from './metrics.ts';
export { createNetwork, type Network, type NetworkOptions } from './network.ts';
export { isPublicAddress, type Networks, parseNetworks } from './networks.ts';
export type { OctetFlow, OctetReader } from './octet-reader.ts';
export { DialFailure, type DialTarget, type OutgoingOptions } from './outgoing.ts';
export type { Refusal } from './registry.ts';
export { type ServiceLabel, type ServiceQuestion, serviceTargets } from './service-targets.ts';
export {
  type CertificateName,
  type CertificateOptions,
  type CertificateSource,
  type CertificateSummary,
  type Certificates,
  createCertificates,
  type PeerCertificate,
  type TlsPeer,
  tlsPeerOf,
} from './tls/index.ts';
export { connectUnixSocket, listenUnixSocket, type UnixListener } from './unix-socket.ts';
export {
  type WebSocketDoor,
  type WebSocketOptions,
  type WebSocketPeer,
  webSocketDoor,
} from './websocket/index.ts';
