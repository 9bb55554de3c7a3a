import type { Upload, Uploads } from '../../stores/files/index.ts';
import { Bare, nothing } from '../bare.ts';
import { type FilesHouse, ownName } from '../files/index.ts';
import type { Collection, Resource, Space } from '../types.ts';
import { isTus } from './about.ts';

export interface UploadHouse {
  readonly house: FilesHouse;
  readonly uploads: Uploads;
  /** The largest file taken. */
  readonly fileBytesMax: number;
}

abstract class Place extends Bare {
  readonly account: number;
  readonly #owner: readonly string[];

  constructor(path: readonly string[], account: number, handle: string) {
    super(path);
    this.account = account;
    this.#owner = ['principals', handle];
  }

  override get owner(): readonly string[] {
    return this.#owner;
  }

  /** Nobody but the member comes here. */
  may(): boolean {
    return true;
  }
}

/** Where uploads are begun. */
export class UploadsHome extends Place implements Collection {
  readonly kind = 'tus-uploads';
  readonly isCollection = true;

  async *members(): AsyncIterable<readonly Resource[]> {}
}

/** One upload under way. */
export class UploadPlace extends Place {
  readonly kind = 'tus-upload';
  readonly isCollection = false;
  readonly handle: string;
  readonly upload: Upload;

  constructor(path: readonly string[], account: number, handle: string, upload: Upload) {
    super(path, account, handle);
    this.handle = handle;
    this.upload = upload;
  }
}

/** `/dav/uploads/<member>/`, and `…/<id>` for each upload; those of the member alone. */
export function uploadSpace({ house, uploads }: UploadHouse): Space {
  return {
    name: 'uploads',
    async find(visit, path) {
      const [handle, id, ...more] = path;
      const member = handle === undefined ? null : await ownName(house, visit, handle);
      if (!member || handle === undefined || more.length > 0) return nothing;
      const own = new UploadsHome(['uploads', handle], member.id, handle);
      if (id === undefined) return { ...nothing, resource: own };
      const upload = await uploads.upload(member.id, id);
      // What another protocol began is finished by it.
      if (!upload || !isTus(upload)) return { resource: null, parent: own, name: id };
      return {
        resource: new UploadPlace([...own.path, id], member.id, handle, upload),
        parent: own,
        name: id,
      };
    },
  };
}
