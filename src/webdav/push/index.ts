/**
 * webdav/push: WebDAV-Push (draft bitfireAT/webdav-push): devices register with calendars, address books and homes, and are
 * told at once, through the push service of their choice, that something changed there.
 * - A message says which place changed and its sync token, encrypted for the device alone (RFC 8291): nothing of what is in
 *   it. The push service sees this server's key, the size and the time.
 * - Whether the member may still read the place is judged at registration and again before each message.
 * - A device hears of a place once a second at most; what comes meanwhile is told together. What a request names in
 *   `Push-Dont-Notify` is not told of what that request wrote.
 * - Push resources are named by members: https alone, addresses of the internet alone, no redirects (THREATS 15). All that
 *   waits is bounded, and none of it is the truth: a restart forgets it, and clients look by themselves now and then.
 */
export { pushExtension } from './extension.ts';
export type { PushHouse } from './house.ts';
export { PushKeys } from './keys.ts';
export { Pushes, type PushesHouse } from './pushes.ts';
