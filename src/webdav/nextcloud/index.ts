/**
 * webdav/nextcloud: the addresses that Nextcloud's apps ask for, mapped onto the same spaces of files.
 * - DAV below `/remote.php/` is the door of `server/`, with more spaces and properties; nothing of files is decided here.
 * - What is left out of the capabilities the apps do not ask for.
 * - Logins that an app began are kept in memory, bounded, and given out once.
 */
export { type NextcloudDoorOptions, nextcloudDoor } from './door.ts';
export { nextcloudBases, nextcloudExtension } from './extension.ts';
export { headersOf, instanceOf } from './identity.ts';
export { type GrantedLogin, LoginFlows } from './login-flow.ts';
