import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Myco, member, password, type Ran, run } from '../harness/index.ts';

export type VdirKind = 'calendars' | 'contacts';

export const kinds = {
  calendars: { storage: 'caldav', extension: '.ics', metadata: '"displayname", "color"' },
  contacts: { storage: 'carddav', extension: '.vcf', metadata: '"displayname"' },
} as const;

export interface VdirWish {
  readonly myco: Myco;
  readonly kind: VdirKind;
  /** Who it is for; their folders and what vdirsyncer remembers lie in `root`. */
  readonly name: string;
  readonly root: string;
  /** `null`: it says that there is a conflict, and keeps both. */
  readonly conflict?: 'a wins' | 'b wins' | 'null';
}

/** vdirsyncer, between a folder of this machine (`a`) and a member's home (`b`). */
export interface Vdir {
  /** Where the collection of that name lies here. */
  folder(collection: string): string;
  discover(): Promise<Ran>;
  sync(): Promise<Ran>;
  metasync(): Promise<Ran>;
}

export function openVdir({ myco, kind, name, root, conflict = 'b wins' }: VdirWish): Vdir {
  const { storage, extension, metadata } = kinds[kind];
  const local = join(root, kind);
  mkdirSync(local, { recursive: true });
  const config = join(root, `${kind}-${conflict.replace(' ', '-')}.conf`);
  const resolution = conflict === 'null' ? 'null' : `"${conflict}"`;
  writeFileSync(
    config,
    `[general]
status_path = "${join(root, 'status')}"
[pair ${kind}]
a = "here"
b = "there"
collections = ["from a", "from b"]
conflict_resolution = ${resolution}
metadata = [${metadata}]
[storage here]
type = "filesystem"
path = "${local}"
fileext = "${extension}"
[storage there]
type = "${storage}"
url = "https://localhost:${myco.port('https')}/"
username = "${member(name)}"
password = "${password}"
verify = "${myco.authorityFile}"
`,
  );
  const vdirsyncer = (...args: string[]) =>
    run('vdirsyncer', ['--verbosity', 'WARNING', '--config', config, ...args], {
      // It asks before it makes what one side lacks.
      input: 'y\n'.repeat(20),
      env: { HOME: root, LC_ALL: 'C.UTF-8' },
      patienceMs: 280_000,
    });
  return {
    folder: (collection) => join(local, collection),
    discover: () => vdirsyncer('discover'),
    sync: () => vdirsyncer('sync'),
    metasync: () => vdirsyncer('metasync'),
  };
}

/** Names and texts of the items in a folder. */
export function textsIn(folder: string, extension: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(extension));
  return new Map(names.sort().map((name) => [name, textOf(join(folder, name))]));
}

/** With the ends of lines as they are sent: a reader of XML makes LF of them all (RFC 4791 §9.6), and vdirsyncer keeps that. */
export const textOf = (path: string): string => readFileSync(path, 'utf8').replace(/\r?\n/g, '\r\n');
