import { Readable } from 'node:stream';
import type { Attachment } from '../../stores/collections/index.ts';
import { Bare, type DavPrivilege, nothing, type Resource, type Space } from '../../webdav/index.ts';
import type { CaldavHouse } from '../house.ts';
import { attachmentsName } from './attach-of.ts';
import { mayRead } from './may-read.ts';

/** `/dav/attachments/<member>/<managed id>/<filename>`: for who may read the event that names it, and its attendees here. */
export function attachmentsSpace(house: CaldavHouse): Space {
  return {
    name: attachmentsName,
    async find(visit, path) {
      const [handle, managedId, filename, ...more] = path;
      if (handle === undefined || managedId === undefined || filename === undefined || more.length > 0)
        return nothing;
      const owner = await house.accounts.byName(handle);
      const attachment = owner && (await house.collections.attachments.find(owner.id, managedId));
      if (!attachment || !(await mayRead(house, visit, attachment))) return nothing;
      return { resource: new AttachmentResource(house, path, attachment), parent: null, name: filename };
    },
  };
}

class AttachmentResource extends Bare implements Resource {
  readonly kind = 'attachment';
  readonly isCollection = false;
  // Ranges would read all that is before them.
  readonly wholeOnly = true;
  readonly #house: CaldavHouse;
  readonly #attachment: Attachment;

  constructor(house: CaldavHouse, path: readonly string[], attachment: Attachment) {
    super([attachmentsName, ...path]);
    this.#house = house;
    this.#attachment = attachment;
  }

  override get etag(): string {
    return `"${this.#attachment.hash.slice(0, 32)}"`;
  }

  override get length(): number {
    return this.#attachment.size;
  }

  override get type(): string {
    return this.#attachment.type;
  }

  may(privilege: DavPrivilege): boolean {
    return privilege === 'read' || privilege === 'read-current-user-privilege-set';
  }

  /** A browser that is led here runs nothing of it. */
  headers(): Readonly<Record<string, string>> {
    return {
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(this.#attachment.filename)}`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
    };
  }

  open(): Readable {
    return Readable.from(this.#house.collections.attachments.open(this.#attachment));
  }
}
