/**
 * net/websocket: WebSockets (RFC 6455) on an HTTP door. The connection stays the listener's: its limits on what waits
 * unread, on silence and on strangers hold, and it is drained with the others. Text alone is spoken; nothing is
 * compressed (THREATS 6). A door hands over a peer once it was asked for the right path, protocol and origin.
 */
export { type WebSocketDoor, type WebSocketOptions, webSocketDoor } from './door.ts';
export type { WebSocketPeer } from './peer.ts';
