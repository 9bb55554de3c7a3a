import { type Reason, StoreError } from '../../base/index.ts';
import { sendArchive } from '../archive/send.ts';
import type { House, Route, Visit } from '../house.ts';
import type { Messages } from '../messages/index.ts';
import { notFound } from '../pages/errors.ts';
import { takeFiles } from './drop.ts';
import { askPassword, isOpen, takePassword } from './gate.ts';
import { gone } from './gone.ts';
import { dropPage, filePage, folderPage, refusedPage } from './pages.ts';
import { linkOf, type Place, placeOf } from './place.ts';
import { sendFile } from './send.ts';

/** GET `/s/<token>` and below: what a public link shows to whoever holds it. */
export async function showPublic(visit: Visit, house: House): Promise<Response> {
  const link = await linkOf(visit, house);
  if (!link) return gone(visit, house);
  if (!isOpen(visit, link)) return askPassword(visit, house);
  const place = await placeOf(visit, house, link);
  if (!place) return notFound(visit, house);
  if (link.rights === 'drop') return dropPage(visit, house, place);
  if (place.node.kind === 'folder')
    return visit.url.searchParams.has('zip')
      ? folderArchive(visit, house, place)
      : folderPage(visit, house, place);
  const looksAtLink = place.path.length === 0 && !visit.url.searchParams.has('download');
  return looksAtLink ? filePage(visit, house, place) : sendFile(visit, house, place);
}

/** All below a folder; it counts as one download, as each file does that is got by itself. */
async function folderArchive(visit: Visit, house: House, { link, node }: Place): Promise<Response> {
  const still = async () => {
    const links = await house.sharing.linksOf(link.account, link.node);
    const now = links.find(({ token }) => token === link.token);
    const isOver = now && now.expiresMs > 0 && now.expiresMs <= house.clock.nowMs();
    return now !== undefined && !isOver && now.version === link.version && now.rights !== 'drop';
  };
  const counted = () => house.sharing.countDownload(link.token);
  const sent = await sendArchive(visit, house, { node, name: node.name || link.token, still }, counted);
  if (sent instanceof Response) return sent;
  if (sent === 'gone') return gone(visit, house);
  const { say } = visit;
  return sent === 'busy'
    ? refusedPage(visit, house, say.zipBusy, 503)
    : refusedPage(visit, house, say.zipTooMuch, 409);
}

const refusals: Partial<
  Record<Reason, { readonly status: number; readonly text: (say: Messages) => string }>
> = {
  'over-quota': { status: 507, text: (say) => say.publicFull },
  'no-space': { status: 507, text: (say) => say.publicFull },
  'too-large': { status: 413, text: (say) => say.publicTooLarge },
  locked: { status: 423, text: (say) => say.publicBusy },
  invalid: { status: 422, text: (say) => say.publicName },
};

/** POST: the password of the link, or files that are brought to it. */
export async function postPublic(visit: Visit, house: House): Promise<Response> {
  const link = await linkOf(visit, house);
  if (!link) return gone(visit, house);
  if (!isOpen(visit, link)) return takePassword(visit, house, link);
  const place = await placeOf(visit, house, link);
  if (place?.node.kind !== 'folder' || link.rights === 'read') return notFound(visit, house);
  try {
    return await takeFiles(visit, house, place);
  } catch (error) {
    const refusal = error instanceof StoreError ? refusals[error.reason] : undefined;
    if (!refusal) throw error;
    return refusedPage(visit, house, refusal.text(visit.say), refusal.status);
  }
}

const paths = ['/s/:token', '/s/:token/*'];

/** Public links are for everybody who holds one: what they may is the link's to say. */
export const publicRoutes: readonly Route[] = paths.flatMap((path): Route[] => [
  { method: 'GET', path, doors: 'pages', privilege: null, inCoop: null, run: showPublic },
  { method: 'POST', path, doors: 'pages', privilege: null, inCoop: null, run: postPublic },
]);
