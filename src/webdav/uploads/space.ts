import type { Upload, Uploads } from '../../stores/files/index.ts';
import { Bare, nothing } from '../bare.ts';
import { type FilesHouse, type OwnPlace, ownPlace } from '../files/index.ts';
import type { Collection, Resource, Space } from '../types.ts';
import { isTus } from './about.ts';

export interface UploadHouse {
  readonly house: FilesHouse;
  readonly uploads: Uploads;
  /** The largest file taken. */
  readonly fileBytesMax: number;
}

abstract class Place extends Bare {
  readonly own: OwnPlace;

  constructor(own: OwnPlace, ...names: readonly string[]) {
    super(['uploads', own.handle, ...names]);
    this.own = own;
  }

  get account(): number {
    return this.own.account;
  }

  get handle(): string {
    return this.own.handle;
  }

  override get owner(): readonly string[] {
    return this.own.owner;
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
  readonly upload: Upload;

  constructor({ own }: Pick<Place, 'own'>, upload: Upload) {
    super(own, upload.id);
    this.upload = upload;
  }
}

/** `/dav/uploads/<member>/`, and `…/<id>` for each upload; those of the member alone. */
export function uploadSpace({ house, uploads }: UploadHouse): Space {
  return {
    name: 'uploads',
    async find(visit, path) {
      const own = await ownPlace(house, visit, path);
      if (!own || own.names.length > 1) return nothing;
      const home = new UploadsHome(own);
      const [id] = own.names;
      if (id === undefined) return { ...nothing, resource: home };
      const upload = await uploads.upload(own.account, id);
      // What another protocol began is finished by it.
      const resource = upload && isTus(upload) ? new UploadPlace(home, upload) : null;
      return { resource, parent: home, name: id };
    },
  };
}
