import { randomToken, StoreError } from '../../base/index.ts';
import type { StoredBlob } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { collectionsOperations as operations } from './module.ts';
import { checkName } from './names.ts';
import type { CollectionsOptions } from './reader.ts';
import type { Attachment, Attachments, NewAttachment } from './types.ts';

/** Attachments over one database and one blob store. */
export class AttachmentStore implements Attachments {
  readonly #options: CollectionsOptions;

  constructor(options: CollectionsOptions) {
    this.#options = options;
  }

  async take(
    account: number,
    content: Parameters<Attachments['take']>[1],
    bytesMax: number,
  ): Promise<NewAttachment> {
    const { type } = content;
    const filename = checkName(content.filename);
    if (type.length > limits.typeCharsMax || type.includes('\0'))
      throw new StoreError('invalid', `a type has at most ${limits.typeCharsMax} characters`);
    const { quota } = this.#options.settings();
    const blob = await this.#store(content.body, bytesMax, quota - (await this.#used(account)));
    return { managedId: randomToken(), blob, type, filename };
  }

  release({ blob }: NewAttachment): void {
    this.#options.blobs.release(blob);
  }

  copyOf({ hash, size, type, filename }: Attachment): NewAttachment {
    return { managedId: randomToken(), blob: { hash, size, place: null }, type, filename };
  }

  #used(account: number): Promise<number> {
    return this.#options.database.call(operations.used, { account });
  }

  /** No more is taken in than there is room for now; whether there is then is judged again where it gets its row. */
  async #store(body: AsyncIterable<Uint8Array>, bytesMax: number, room: number): Promise<StoredBlob> {
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
    const rows = await this.#options.database.call(operations.findAttachment, { account, managedId });
    const [first] = rows;
    if (first === undefined) return null;
    const { hash, size, type, filename } = first;
    const items = rows.map(({ item }) => item);
    return { account, managedId, items, hash, size, type, filename };
  }

  open({ hash }: Attachment): AsyncIterable<Uint8Array> {
    return this.#options.blobs.stream(hash);
  }
}
