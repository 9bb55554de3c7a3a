import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, freePort, password, startListening } from '../../../tests/harness/index.ts';
import { basic, startWithAna } from '../http/ours.ts';

/** A DAV server that is measured. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Where a member's files begin; ends with a slash. */
  readonly base: string;
  readonly authorization: string;
  stop(): Promise<void> | void;
}

export async function startOurs(): Promise<Target> {
  const { myco, port, authorization } = await startWithAna();
  const stop = () => myco.dispose();
  return { name: 'myco', port, pid: myco.pid, base: '/dav/files/ana/', authorization, stop };
}

const modules = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'mime',
  'dav',
  'dav_fs',
];

function configText(dir: string, port: number): string {
  const load = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  return `${load.join('\n')}
ServerRoot ${dir}
ServerName localhost
PidFile ${dir}/apache.pid
Listen 127.0.0.1:${port}
User www-data
Group www-data
ErrorLog ${dir}/error.log
TypesConfig /etc/mime.types
DocumentRoot ${dir}/files
DavLockDB ${dir}/locks/lock
DavMinTimeout 600
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 300
<Directory ${dir}/files>
  Dav On
  DavDepthInfinity On
  AuthType Basic
  AuthName bench
  AuthUserFile ${dir}/users
  Require valid-user
</Directory>
`;
}

/**
 * Debian's apache2 with mod_dav_fs, private, on a free port. It never syncs by itself; `durable`: its folder is marked so that
 * the file system writes what is in it at once (`chattr +SD`), as our answers promise.
 */
export async function startApache(durable: boolean): Promise<Target | null> {
  if (!existsSync('/usr/sbin/apache2') || process.getuid?.() !== 0) return null;
  const dir = mkdtempSync(join(tmpdir(), 'myco-bench-apache-'));
  spawnSync('chmod', ['755', dir]);
  const { uid, gid } = owner();
  for (const name of ['files', 'locks']) {
    mkdirSync(join(dir, name));
    chownSync(join(dir, name), uid, gid);
  }
  if (durable && spawnSync('chattr', ['+SD', join(dir, 'files')]).status !== 0) {
    rmSync(dir, { recursive: true, force: true });
    return null;
  }
  const sha1 = spawnSync('openssl', ['dgst', '-sha1', '-binary'], { input: password }).stdout.toString(
    'base64',
  );
  writeFileSync(join(dir, 'users'), `ana:{SHA}${sha1}\n`);
  const port = await freePort();
  writeFileSync(join(dir, 'apache.conf'), configText(dir, port));
  const config = ['-f', join(dir, 'apache.conf'), '-D', 'FOREGROUND'];
  const child = await startListening('/usr/sbin/apache2', config, port, join(dir, 'error.log'));
  return {
    name: durable ? 'apache, synchronous' : 'apache, not durable',
    port,
    pid: child.pid ?? -1,
    base: '/',
    authorization: basic('ana'),
    async stop() {
      await ended(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function owner(): { uid: number; gid: number } {
  const [, , uid, gid] = /^www-data:(.*?):(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
