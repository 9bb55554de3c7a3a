import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, freePort, member, password, startListening } from '../../../tests/harness/index.ts';
import { basic, startWithAna } from '../http/ours.ts';

export type Kind = 'calendars' | 'contacts';

/** A server of calendars and address books that is measured. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly authorization: string;
  /** Whether a connection outlives its answer. */
  readonly keepsOpen: boolean;
  /** Path of a home; ends with a slash. */
  home(kind: Kind): string;
  /** How a collection is made. */
  readonly makes: 'MKCALENDAR' | 'MKCOL';
  /** Fills a new collection from one file, its items under `<uid>.ics` or `<uid>.vcf`. */
  fill(kind: Kind, name: string, text: string): Promise<void>;
  stop(): Promise<void> | void;
}

export async function startOurs(): Promise<Target> {
  const { myco, port, authorization } = await startWithAna();
  return {
    name: 'myco',
    port,
    authorization,
    keepsOpen: true,
    makes: 'MKCALENDAR',
    home: (kind) => `/dav/${kind}/ana/`,
    async fill(kind, name, text) {
      const file = join(myco.folder, `${name}.txt`);
      writeFileSync(file, text);
      const into = kind === 'calendars' ? ['--ics', file, '--calendar'] : ['--vcf', file, '--addressbook'];
      const { code, said } = await myco.cli(['import', member('ana'), ...into, name]);
      if (code !== 0) throw new Error(said);
    },
    stop: () => myco.dispose(),
  };
}

/** Debian's Radicale, private, on a free port. It syncs to disk as it does by default, which is what our 201 means too. */
export async function startRadicale(
  put: (target: Target, path: string, type: string, text: string) => Promise<void>,
): Promise<Target | null> {
  if (!existsSync('/usr/bin/radicale')) return null;
  const dir = mkdtempSync(join(tmpdir(), 'myco-bench-radicale-'));
  mkdirSync(join(dir, 'collections'));
  writeFileSync(join(dir, 'users'), `ana:${password}\n`);
  const port = await freePort();
  writeFileSync(
    join(dir, 'config'),
    `[server]
hosts = 127.0.0.1:${port}
max_content_length = 1000000000
timeout = 600
[auth]
type = htpasswd
htpasswd_filename = ${dir}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = ${dir}/collections
[logging]
level = error
`,
  );
  const child = await startListening('/usr/bin/radicale', ['--config', join(dir, 'config')], port);
  const target: Target = {
    name: 'radicale',
    port,
    authorization: basic('ana'),
    keepsOpen: false,
    makes: 'MKCALENDAR',
    home: () => '/ana/',
    fill: (kind, name, text) =>
      put(target, `/ana/${name}/`, kind === 'calendars' ? 'text/calendar' : 'text/vcard', text),
    async stop() {
      await ended(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return target;
}

/** Cyrus is not measured: it starts from a configuration of ours (`httpd -C`), but its members and their mailboxes are not made here. */
export const whyNoCyrus = (): string =>
  existsSync('/usr/lib/cyrus/bin/master')
    ? 'cyrus is installed, but its members are not made here'
    : 'cyrus is not installed';
