import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../../src/testing/index.ts';
import type { ChatNeighbour, ChatNeighbourOptions } from '../../../tests/harness/chat-neighbour.ts';
import { ejabberdPrograms, startEjabberd } from '../../../tests/harness/ejabberd.ts';
import { findTool } from '../../../tests/harness/index.ts';
import { certificateFor } from '../../../tests/harness/neighbour.ts';
import { prosodyPrograms, startProsody } from '../../../tests/harness/prosody.ts';
import { type MessageServer, ourServer, startProgram } from './messages.ts';

const atOnce = 4;

async function filled(neighbour: ChatNeighbour, members: number): Promise<MessageServer> {
  const passwords: string[] = [];
  for (let from = 0; from < members; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, members - from) }, (_, at) => `m${from + at}`);
    passwords.push(...(await Promise.all(some.map((name) => neighbour.addMember(name, neighbour.domain)))));
  }
  const { tcp, websocket } = neighbour.ports;
  return {
    ...neighbour,
    ports: { tcp, websocket, starttls: tcp },
    member: (n) => ({ username: `m${n}`, password: passwords[n] ?? '' }),
    close: () => neighbour.close(),
  };
}

const bareDomain = 'bare.test';

/** A Node process that holds connections and nothing else. */
async function bareServer(pem: string): Promise<MessageServer> {
  const file = new URL('./bare-server.ts', import.meta.url).pathname;
  const program = await startProgram('bare', [file, pem], () => {});
  return { ...program, domain: bareDomain, member: () => ({ username: '', password: '' }) };
}

/**
 * Ours and Debian's, each with members m0, m1 …; what is not installed is left out, and said. `bare`: before them a process that
 * only holds connections.
 */
export async function startServers(
  members: number,
  { bare = false, only = [] }: { readonly bare?: boolean; readonly only?: readonly string[] } = {},
): Promise<readonly MessageServer[]> {
  const others: readonly [
    string,
    readonly string[],
    (options: ChatNeighbourOptions) => Promise<ChatNeighbour>,
  ][] = [
    ['prosody', prosodyPrograms, startProsody],
    ['ejabberd', ejabberdPrograms, startEjabberd],
  ];
  const folder = makeFolder();
  const { pem } = await certificateFor(folder, bareDomain);
  // ejabberd runs as somebody else, and the key is for this run alone.
  for (const path of [folder, join(folder, 'tls')]) chmodSync(path, 0o755);
  chmodSync(pem, 0o644);
  const isWanted = (name: string) => only.length === 0 || only.includes(name);
  const servers: MessageServer[] = [];
  if (bare && isWanted('bare')) servers.push(await bareServer(pem));
  if (isWanted('myco')) servers.push(await ourServer(members));
  for (const [name, programs, start] of others) {
    if (!isWanted(name)) continue;
    if (programs.some((program) => findTool(program) === undefined)) console.log(`${name} is not installed`);
    else servers.push(await filled(await start({ certificate: { chain: pem, key: pem } }), members));
  }
  removeFolder(folder);
  return servers;
}
