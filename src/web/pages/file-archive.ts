import { StoreError } from '../../base/index.ts';
import { sendArchive } from '../archive/send.ts';
import type { House, Visit } from '../house.ts';
import { nodeAt } from './file-places.ts';
import { filesPage } from './files.ts';
import { forMember } from './member.ts';

/** GET `/files/zip?path=…`: a folder of the member's, or of what others share with them, as one archive. */
export function zipFiles(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, async (self) => {
    const { say } = visit;
    const path = (visit.url.searchParams.get('path') ?? '').trim();
    const at = () =>
      nodeAt(house, self.member.id, path).catch((error: unknown) => {
        if (error instanceof StoreError && error.reason === 'not-found') return null;
        throw error;
      });
    const node = await at();
    if (node?.kind !== 'folder') return filesPage(visit, house, self, say.filesNoSuch);
    const name = node.name || house.accounts.accounts.handleOf(self.member);
    const still = async () => (await at())?.id === node.id;
    const sent = await sendArchive(visit, house, { node, name, still });
    if (sent instanceof Response) return sent;
    return filesPage(visit, house, self, sent === 'busy' ? say.zipBusy : say.zipTooMuch);
  });
}
