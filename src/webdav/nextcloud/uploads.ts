import { StoreError } from '../../base/index.ts';
import type { Upload, UploadPiece, Uploads } from '../../stores/files/index.ts';
import { Bare, nothing } from '../bare.ts';
import { DavError } from '../errors.ts';
import {
  byOf,
  checksumOf,
  checksumText,
  demandStill,
  discreetly,
  Entry,
  expectOf,
  type FilesHouse,
  FolderEntry,
  type OwnPlace,
  ownPlace,
  verified,
} from '../files/index.ts';
import { headerOf } from '../server/exchange.ts';
import { readModified } from '../server/headers.ts';
import type {
  Collection,
  Content,
  CopyTarget,
  PropertyChanges,
  QName,
  Resource,
  Space,
  Visit,
  WriteOptions,
  Written,
} from '../types.ts';

/** The uploads of one member. */
interface Desk extends Pick<OwnPlace, 'account' | 'owner'> {
  readonly house: FilesHouse;
  readonly uploads: Uploads;
}

/**
 * `uploads/<member>/<id>/`: a large file in pieces, each whole or not at all. MKCOL begins, PUT of `1`, `2`, … brings
 * them in any order, MOVE of `.file` to where it shall be makes the file of them, DELETE gives up.
 */
export function uploadsSpace(house: FilesHouse, uploads: Uploads): Space {
  const name = 'uploads';
  return {
    name,
    async find(visit, path) {
      const own = await ownPlace(house, visit, path);
      if (!own || own.names.length > 2) return nothing;
      const { handle, names } = own;
      const [id, piece] = names;
      const desk: Desk = { ...own, house, uploads };
      const home = new UploadsHome(desk, [name, handle]);
      if (id === undefined) return { ...nothing, resource: home };
      const upload = await uploads.upload(own.account, id);
      if (!upload) return { resource: null, parent: piece === undefined ? home : null, name: piece ?? id };
      const folder = new UploadFolder(desk, [name, handle, id], upload);
      if (piece === undefined) return { resource: folder, parent: home, name: id };
      if (piece === '.file') return { resource: new WholeFile(folder), parent: folder, name: piece };
      return { resource: await folder.piece(piece), parent: folder, name: piece };
    },
  };
}

abstract class OnDesk extends Bare {
  readonly desk: Desk;

  constructor(desk: Desk, path: readonly string[]) {
    super(path);
    this.desk = desk;
  }

  override get owner(): readonly string[] {
    return this.desk.owner;
  }

  may(): boolean {
    return true;
  }
}

class UploadsHome extends OnDesk implements Collection {
  readonly kind = 'uploads';
  readonly isCollection = true;

  async *members(): AsyncIterable<readonly Resource[]> {}

  async makeCollection(
    name: string,
    types: readonly QName[],
    _changes: PropertyChanges,
    { visit }: WriteOptions,
  ): Promise<Written> {
    if (types.length > 0) throw new DavError(403, 'an upload has no type');
    if (!/^[A-Za-z0-9._-]{1,128}$/.test(name)) throw new DavError(400, 'an upload has a plain name');
    const { uploads, account } = this.desk;
    await refuseTooLarge(this.desk, visit);
    const upload = await uploads.begin({ account, id: name, length: null, about: '{}' });
    return {
      resource: new UploadFolder(this.desk, [...this.path, name], upload),
      created: true,
      verbatim: true,
    };
  }
}

/** What cannot fit is refused before its first piece. */
async function refuseTooLarge({ house, account }: Desk, visit: Visit): Promise<void> {
  const total = totalOf(visit);
  if (total === null) return;
  const { quota, used } = await house.files.usage(account);
  if (quota !== null && used + total > quota) throw new StoreError('over-quota', 'it does not fit');
}

/** Octets of the whole, as the client says; null where it does not. DavError 400. */
function totalOf({ request }: Visit): number | null {
  const text = request.headers['oc-total-length'];
  if (text === undefined) return null;
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text))
    throw new DavError(400, 'OC-Total-Length is no number');
  return Number(text);
}

class UploadFolder extends OnDesk implements Collection {
  readonly kind = 'upload';
  readonly isCollection = true;
  readonly upload: Upload;

  constructor(desk: Desk, path: readonly string[], upload: Upload) {
    super(desk, path);
    this.upload = upload;
  }

  async *members(): AsyncIterable<readonly Resource[]> {
    const { uploads, account } = this.desk;
    const pieces = await uploads.pieces(account, this.upload.id);
    if (pieces.length > 0) yield pieces.map((piece) => new Piece(this, piece));
  }

  async piece(name: string): Promise<Piece | null> {
    const found = await this.desk.uploads.piece(this.desk.account, this.upload.id, name);
    return found ? new Piece(this, found) : null;
  }

  async create(name: string, content: Content, { visit }: WriteOptions): Promise<Written> {
    if (!/^\d{1,16}$/.test(name)) throw new DavError(400, 'a piece is named by a number');
    const { uploads, account } = this.desk;
    const body = verified(content.body, checksumOf(visit));
    const piece = await uploads.putPiece(account, this.upload.id, name, body);
    return { resource: new Piece(this, piece), created: true, verbatim: true };
  }

  async remove(): Promise<void> {
    await this.desk.uploads.end(this.desk.account, this.upload.id);
  }
}

class Piece extends OnDesk {
  readonly kind = 'upload-piece';
  readonly isCollection = false;
  readonly #folder: UploadFolder;
  readonly #piece: UploadPiece;

  constructor(folder: UploadFolder, piece: UploadPiece) {
    super(folder.desk, [...folder.path, piece.name]);
    this.#folder = folder;
    this.#piece = piece;
  }

  override get length(): number {
    return this.#piece.size;
  }

  override get modifiedMs(): number {
    return this.#piece.modifiedMs;
  }

  async put(content: Content, options: WriteOptions): Promise<Written> {
    const written = await this.#folder.create(this.#piece.name, content, options);
    return { ...written, created: false };
  }
}

/** All pieces as one file, to be moved where it shall be. */
class WholeFile extends OnDesk {
  readonly kind = 'upload-file';
  readonly isCollection = false;
  readonly #upload: Upload;

  constructor({ desk, path, upload }: UploadFolder) {
    super(desk, [...path, '.file']);
    this.#upload = upload;
  }

  async moveTo({ parent, name, existing }: CopyTarget, { visit }: WriteOptions): Promise<Written> {
    if (!(parent instanceof FolderEntry)) throw new DavError(403, 'a file cannot be put there');
    const { uploads, account, house } = this.desk;
    const checksum = checksumOf(visit);
    const { id, offset } = this.#upload;
    // What is known not to be all is not put together.
    demandTotal(visit, offset);
    const staged = await uploads.assemble(account, id, (all) => verified(all, checksum));
    try {
      demandTotal(visit, staged.size);
      const place = parent.place(name);
      await demandStill(parent.scene, place, existing instanceof Entry ? existing.node : undefined);
      const modifiedMs = readModified(headerOf(visit.request, 'x-oc-mtime'));
      const put = house.files.put(place, staged, {
        by: byOf(visit),
        // As it was when the request's conditions were judged.
        ...expectOf({ etag: existing?.etag ?? null }),
        ...(checksum ? { checksum: checksumText(checksum) } : {}),
        ...(modifiedMs === null ? {} : { modifiedMs }),
      });
      const { node, created } = await discreetly({ visit }, put);
      await uploads.end(account, id);
      const written = parent.written(node, name, created);
      if (modifiedMs === null) return written;
      return { ...written, headers: { ...written.headers, 'X-OC-MTime': 'accepted' } };
    } finally {
      staged.release();
    }
  }
}

function demandTotal(visit: Visit, bytes: number): void {
  const total = totalOf(visit);
  if (total !== null && total !== bytes) throw new DavError(400, `${bytes} bytes have arrived, not ${total}`);
}
