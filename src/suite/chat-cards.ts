import { sleep } from '../base/index.ts';
import { type ChatServer, ownCardChanged } from '../chat/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { cardsQuietMs } from './limits.ts';

/**
 * What an address book changes of the own card of a member who is there, contacts see a moment later. Any write of an account
 * wakes it, of whichever process; those of members who are not there are followed when they come.
 */
export function watchCards(
  { database, log }: Pick<Rooms, 'database' | 'log'>,
  { chat }: ChatServer,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const accounts = new Set<number>();
  let underWay: Promise<void> | null = null;
  const tell = async (moved: ReadonlySet<number>) => {
    for (const account of moved) {
      if (stopping.signal.aborted) return;
      const home = chat.homes.there(account);
      if (home === null) continue;
      await ownCardChanged(home).catch((error: unknown) => log.warn('own card not followed', { error }));
    }
  };
  const follow = async () => {
    while (accounts.size > 0 && !stopping.signal.aborted) {
      await sleep(cardsQuietMs, stopping.signal);
      const moved = new Set(accounts);
      accounts.clear();
      await tell(moved);
    }
    underWay = null;
  };
  const unwatch = database.changes.subscribeAll(({ account }) => {
    if (stopping.signal.aborted || chat.homes.sessionCount === 0) return;
    accounts.add(account);
    underWay ??= follow();
  });
  return {
    async stop() {
      stopping.abort();
      unwatch();
      await underWay;
    },
  };
}
