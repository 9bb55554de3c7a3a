import { icon, style } from './assets/files.ts';
import { coopRoutes } from './coop/routes.ts';
import { appleProfile } from './discovery/apple-profile.ts';
import { autoconfig } from './discovery/autoconfig.ts';
import { autodiscoverJson, autodiscoverXml } from './discovery/autodiscover.ts';
import { hostMeta, hostMetaJson } from './discovery/host-meta.ts';
import { mtaSts } from './discovery/mta-sts.ts';
import { securityTxt } from './discovery/security-txt.ts';
import type { Route } from './house.ts';
import { grantAppLogin, showAppLogin } from './pages/app-login.ts';
import { makeAppPassword, revokeAppPassword } from './pages/app-password.ts';
import { endChatClient } from './pages/chat-clients.ts';
import { chooseNotices } from './pages/chat-notices.ts';
import { changeDirectory, showDirectory } from './pages/directory.ts';
import { zipFiles } from './pages/file-archive.ts';
import { leaveShare, makeLink, makeShare, restoreFile, revokeLink, revokeShare } from './pages/file-forms.ts';
import {
  removeVersion,
  restoreVersion,
  sendVersion,
  showVersioned,
  showVersions,
} from './pages/file-versions.ts';
import { showFiles } from './pages/files.ts';
import { home } from './pages/home.ts';
import { showInvitation } from './pages/invite.ts';
import { showMail } from './pages/mail.ts';
import { showSignIn, signIn, signOut } from './pages/sign-in.ts';
import { showLink, useLink } from './pages/sign-in-link.ts';
import { authorityDer, authorityPem, showTrust } from './pages/trust.ts';
import { publicRoutes } from './public/routes.ts';

type Run = Route['run'];
/** Pages for everybody, and pages of the member who is signed in. */
const get = (path: string, run: Run): Route => ({
  method: 'GET',
  path,
  doors: 'pages',
  privilege: null,
  inCoop: null,
  run,
});
const post = (path: string, run: Run): Route => ({
  method: 'POST',
  path,
  doors: 'pages',
  privilege: null,
  inCoop: null,
  run,
});
const own = (route: Route): Route => ({
  ...route,
  privilege: route.method === 'GET' ? 'account:read' : 'account:write',
});
const files = (route: Route): Route => ({
  ...route,
  privilege: route.method === 'GET' ? 'files:read' : 'files:write',
});
const anyDoor = (route: Route): Route => ({ ...route, doors: 'everywhere' });

/** Every address, in the order of the site. GET answers HEAD too; any other method is 405. */
export const routes: readonly Route[] = [
  get('/', home),
  get(style.path, style.serve),
  get(icon.path, icon.serve),
  get('/sign-in', showSignIn),
  post('/sign-in', signIn),
  post('/sign-out', signOut),
  get('/sign-in/:token', showLink),
  post('/sign-in/:token', useLink),
  get('/invite/:token', showInvitation),
  own(get('/mail', showMail)),
  own(post('/mail/app-password', makeAppPassword)),
  own(post('/mail/app-password/revoke', revokeAppPassword)),
  own(post('/mail/chat/end', endChatClient)),
  own(post('/mail/chat/notices', chooseNotices)),
  own(get('/mail/apple.mobileconfig', appleProfile)),
  own(get('/directory', showDirectory)),
  own(post('/directory', changeDirectory)),
  // Nextcloud's apps send the browser there.
  get('/index.php/login/v2/flow/:token', showAppLogin),
  post('/index.php/login/v2/flow/:token', grantAppLogin),
  files(get('/files', showFiles)),
  files(get('/files/zip', zipFiles)),
  files(get('/files/versions', showVersioned)),
  files(get('/files/versions/:file', showVersions)),
  files(get('/files/versions/:file/:number', sendVersion)),
  files(post('/files/versions/:file/restore', restoreVersion)),
  files(post('/files/versions/:file/remove', removeVersion)),
  files(post('/files/share', makeShare)),
  files(post('/files/share/revoke', revokeShare)),
  files(post('/files/share/leave', leaveShare)),
  files(post('/files/link', makeLink)),
  files(post('/files/link/revoke', revokeLink)),
  files(post('/files/trash/restore', restoreFile)),
  ...publicRoutes,
  ...coopRoutes,
  get('/trust', showTrust),
  get('/ca.crt', authorityDer),
  get('/ca.pem', authorityPem),
  get('/.well-known/security.txt', securityTxt),
  get('/.well-known/mta-sts.txt', mtaSts),
  get('/.well-known/host-meta', hostMeta),
  get('/.well-known/host-meta.json', hostMetaJson),
  // Clients ask over http too, and some do not follow a redirect.
  anyDoor(get('/.well-known/autoconfig/mail/config-v1.1.xml', autoconfig)),
  anyDoor(get('/mail/config-v1.1.xml', autoconfig)),
  // Outlook spells it in three ways.
  ...['/autodiscover/autodiscover', '/Autodiscover/Autodiscover', '/AutoDiscover/AutoDiscover'].flatMap(
    (path) => [
      post(`${path}.xml`, autodiscoverXml),
      get(`${path}.json`, autodiscoverJson),
      get(`${path}.json/v1.0/:address`, autodiscoverJson),
    ],
  ),
];
