import type { OwnCards } from '../chat/index.ts';

export interface MemoryCards extends OwnCards {
  /** By account. */
  readonly kept: Map<number, string>;
}

/** Cards that no address book has. */
export function memoryCards(): MemoryCards {
  const kept = new Map<number, string>();
  const bytesOf = (account: number) => {
    const text = kept.get(account);
    return text === undefined ? null : Buffer.from(text);
  };
  return {
    kept,
    read: async (account) => bytesOf(account),
    async write(account, change) {
      kept.set(account, change(bytesOf(account)));
    },
  };
}
