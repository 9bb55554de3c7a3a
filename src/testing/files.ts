import type { By, FileNode, FilesWriter, Moved, Put, PutOptions } from '../stores/files/index.ts';

/** A tree of files by paths such as `Letters/a.txt`; everything throws where the path leads nowhere. */
export interface TestTree {
  readonly account: number;
  /** Null where it is not there. */
  find(path: string): Promise<FileNode | null>;
  at(path: string): Promise<FileNode>;
  place(path: string): Promise<{ account: number; folder: number; name: string }>;
  put(path: string, text: string, options?: Partial<PutOptions>): Promise<Put>;
  folder(path: string, by?: By): Promise<FileNode>;
  names(path: string): Promise<string[]>;
  text(path: string): Promise<string>;
  move(from: string, to: string, options?: { overwrite?: boolean; by?: By }): Promise<Moved>;
  copy(
    from: string,
    to: string,
    options?: { overwrite?: boolean; by?: By; depth?: '0' | 'infinity' },
  ): Promise<Moved>;
  remove(path: string, options?: { forGood?: boolean; by?: By }): Promise<void>;
}

export async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** `account` writes too, holding no lock, where nobody else is named. */
export function testTree(files: FilesWriter, account: number): TestTree {
  const self: By = { member: account, tokens: [] };
  const namesOf = (path: string) => path.split('/').filter((name) => name !== '');
  const find = async (path: string) => {
    const { chain, missing } = await files.find(account, namesOf(path));
    return missing.length > 0 ? null : (chain.at(-1) ?? null);
  };
  const at = async (path: string) => {
    const node = await find(path);
    if (node === null) throw new Error(`${path} is not there`);
    return node;
  };
  const place = async (path: string) => {
    const slash = path.lastIndexOf('/');
    const { id } = await at(path.slice(0, Math.max(slash, 0)));
    return { account, folder: id, name: path.slice(slash + 1) };
  };
  return {
    account,
    find,
    at,
    place,
    async put(path, text, options = {}) {
      const staged = await files.stage(account, Buffer.from(text));
      try {
        return await files.put(await place(path), staged, { by: self, ...options });
      } finally {
        staged.release();
      }
    },
    folder: async (path, by = self) => files.makeFolder(await place(path), { by }),
    names: async (path) =>
      (await files.list(account, (await at(path)).id, '', 1_000)).map(({ name }) => name),
    text: async (path) => textOf(files.open(await at(path))),
    move: async (from, to, { overwrite = false, by = self } = {}) =>
      files.move({ account, node: (await at(from)).id }, await place(to), { by, overwrite }),
    copy: async (from, to, { overwrite = false, by = self, depth = 'infinity' } = {}) =>
      files.copy({ account, node: (await at(from)).id }, await place(to), { by, overwrite, depth }),
    remove: async (path, { forGood = false, by = self } = {}) =>
      files.remove(account, (await at(path)).id, { by, forGood }),
  };
}
