import { StoreError } from '../../base/index.ts';
import type { FilesWriter } from '../../stores/files/index.ts';
import { isBelowChat } from './place.ts';
import type { Slot } from './slots.ts';

/** What is kept of slots, for who ends them. */
export interface EndingSlots {
  /** Files whose time is over, a page of them. */
  over(): Promise<readonly Slot[]>;
  forget(ids: readonly number[]): Promise<void>;
}

/**
 * Files whose time is over go into the trash of who sent them; one that was moved out of the folder stays where it is. The
 * addresses of both lead nowhere. `between`: awaited between the steps, and what it throws ends it.
 */
export async function endSentFiles(
  files: FilesWriter,
  slots: EndingSlots,
  between: () => Promise<void> = async () => {},
): Promise<void> {
  for (;;) {
    const over = await slots.over();
    if (over.length === 0) return;
    for (const slot of over) {
      await remove(files, slot);
      await between();
    }
    await slots.forget(over.map(({ id }) => id));
  }
}

async function remove(files: FilesWriter, { account, file, sha256 }: Slot): Promise<void> {
  const [node, ...above] = await files.chain(account, Number(file));
  if (node === undefined || node.hash !== sha256 || !isBelowChat(above)) return;
  try {
    await files.remove(account, node.id, { by: { member: account, tokens: [] } });
  } catch (error) {
    // Somebody holds it by a lock, or was quicker: it is theirs then.
    if (!(error instanceof StoreError) || !(error.reason === 'locked' || error.reason === 'not-found'))
      throw error;
  }
}
