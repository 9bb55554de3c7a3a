import type { ChatNeighbour, ChatNeighbourOptions } from '../../../tests/harness/chat-neighbour.ts';
import { ejabberdPrograms, startEjabberd } from '../../../tests/harness/ejabberd.ts';
import { findTool } from '../../../tests/harness/index.ts';
import { prosodyPrograms, startProsody } from '../../../tests/harness/prosody.ts';
import { type MessageServer, ourServer } from './messages.ts';

const atOnce = 4;

async function filled(neighbour: ChatNeighbour, members: number): Promise<MessageServer> {
  const passwords: string[] = [];
  for (let from = 0; from < members; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, members - from) }, (_, at) => `m${from + at}`);
    passwords.push(...(await Promise.all(some.map((name) => neighbour.addMember(name, neighbour.domain)))));
  }
  return {
    ...neighbour,
    member: (n) => ({ username: `m${n}`, password: passwords[n] ?? '' }),
    close: () => neighbour.close(),
  };
}

/** Ours and Debian's, each with members m0, m1 …; what is not installed is left out, and said. */
export async function startServers(members: number): Promise<readonly MessageServer[]> {
  const others: readonly [
    string,
    readonly string[],
    (options: ChatNeighbourOptions) => Promise<ChatNeighbour>,
  ][] = [
    ['prosody', prosodyPrograms, startProsody],
    ['ejabberd', ejabberdPrograms, startEjabberd],
  ];
  const servers = [await ourServer(members)];
  for (const [name, programs, start] of others) {
    if (programs.some((program) => findTool(program) === undefined)) console.log(`${name} is not installed`);
    else servers.push(await filled(await start({}), members));
  }
  return servers;
}
