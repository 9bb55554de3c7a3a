import { randomToken, StoreError } from '../../base/index.ts';
import type { StoredBlob } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { collectionsOperations as operations } from './module.ts';
import { checkName } from './names.ts';
import type { CollectionsOptions } from './reader.ts';
import type { AttachmentRow } from './scripts/attachments.ts';
import type { Attachment, Attachments } from './types.ts';

const shown = ({ created: _, ...row }: AttachmentRow): Attachment => row;

/** Attachments over one database and one blob store. */
export class AttachmentStore implements Attachments {
  readonly #options: CollectionsOptions;

  constructor(options: CollectionsOptions) {
    this.#options = options;
  }

  async add(
    account: number,
    item: number,
    content: Parameters<Attachments['add']>[2],
    bytesMax: number,
  ): Promise<Attachment> {
    const { blobs, clock, database } = this.#options;
    const { type } = content;
    const filename = checkName(content.filename);
    if (type.length > limits.typeCharsMax || type.includes('\0'))
      throw new StoreError('invalid', `a type has at most ${limits.typeCharsMax} characters`);
    const { quota } = this.#options.settings();
    const blob = await this.#take(content.body, bytesMax, quota - (await this.#used(account)));
    try {
      const written = { account, now: clock.nowMs(), quota };
      const row = { item, managedId: randomToken(), blob, type, filename };
      return shown(await database.call(operations.addAttachment, { ...written, ...row }));
    } finally {
      blobs.release(blob);
    }
  }

  #used(account: number): Promise<number> {
    return this.#options.database.call(operations.used, { account });
  }

  /** No more is taken in than there is room for now; whether there is then is judged again where it gets its row. */
  async #take(body: AsyncIterable<Uint8Array>, bytesMax: number, room: number): Promise<StoredBlob> {
    const noRoom = () => new StoreError('over-quota', 'there is no room left', { room: Math.max(0, room) });
    if (room <= 0) throw noRoom();
    try {
      return await this.#options.blobs.put(body, { sizeMax: Math.min(bytesMax, room) });
    } catch (error) {
      if (error instanceof StoreError && error.reason === 'too-large' && room < bytesMax) throw noRoom();
      throw error;
    }
  }

  async find(account: number, managedId: string): Promise<Attachment | null> {
    const found = await this.#options.database.call(operations.findAttachment, { account, managedId });
    return found && shown(found);
  }

  open({ hash }: Attachment): AsyncIterable<Uint8Array> {
    return this.#options.blobs.stream(hash);
  }

  remove(account: number, managedId: string): Promise<void> {
    const now = this.#options.clock.nowMs();
    return this.#options.database.call(operations.removeAttachment, { account, managedId, now });
  }
}
