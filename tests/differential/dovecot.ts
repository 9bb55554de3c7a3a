import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { ended, findTool, freePort, startListening } from '../harness/index.ts';

/** A Dovecot of our own, on a free port of 127.0.0.1, its mail in a temporary folder. */
export interface Dovecot {
  readonly port: number;
  stop(): Promise<void>;
}

export const dovecotPassword = 'reference';

/** Starts it; every user name is a member with `dovecotPassword`. Debian's package dovecot-imapd. */
export async function startDovecot(): Promise<Dovecot> {
  const program = findTool('dovecot');
  if (program === undefined) throw new Error('dovecot is not installed');
  const folder = makeFolder();
  const port = await freePort();
  const owner = mailOwner();
  mkdirSync(join(folder, 'home'));
  chownSync(join(folder, 'home'), owner.uid, owner.gid);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'dovecot.conf'), configuration(folder, port, owner));
  try {
    const config = join(folder, 'dovecot.conf');
    const child = await startListening(program, ['-F', '-c', config], port, join(folder, 'log'));
    return {
      port,
      async stop() {
        await ended(child);
        removeFolder(folder);
      },
    };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Lines that name the users of Dovecot's processes. */
  readonly users: string;
}

/** Dovecot gives up root for its own users; started by anybody else it stays what it is. */
function mailOwner(): Owner {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) {
    const idOf = (flag: string) => Number(execFileSync('id', [flag, 'dovecot']).toString());
    return { uid: idOf('-u'), gid: idOf('-g'), users: '' };
  }
  const name = execFileSync('id', ['-un']).toString().trim();
  const users = `default_internal_user = ${name}\ndefault_login_user = ${name}\nservice imap-login {\n chroot =\n}\n`;
  return { uid, gid: process.getgid?.() ?? 0, users };
}

function configuration(folder: string, port: number, { uid, gid, users }: Owner): string {
  const special = ['Archive', 'Drafts', 'Junk', 'Sent', 'Trash'].map(
    (name) => ` mailbox ${name} {\n  special_use = \\${name}\n }`,
  );
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = sdbox:~/mail
mail_uid = ${uid}
mail_gid = ${gid}
mailbox_list_index = yes
imap_max_line_length = 64k
auth_mechanisms = plain login
mail_max_userip_connections = 100
imap_metadata = yes
mail_attribute_dict = file:%h/attributes
mail_plugins = acl
protocol imap {
 mail_plugins = acl imap_acl
}
plugin {
 acl = vfile
 acl_anyone = allow
}
passdb {
 driver = static
 args = password=${dovecotPassword}
}
userdb {
 driver = static
 args = uid=${uid} gid=${gid} home=${folder}/home/%n
}
namespace inbox {
 inbox = yes
 separator = /
${special.join('\n')}
}
service imap-login {
 inet_listener imap {
  port = ${port}
 }
 inet_listener imaps {
  port = 0
 }
}
${users}`;
}
