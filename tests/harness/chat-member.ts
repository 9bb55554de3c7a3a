/** A member who chats by hand, beside a program that is tried. */
import { childOf, type Element, textOf } from '../../src/formats/stanza/index.ts';
import { loginXmpp, type XmppActor } from '../../src/testing/index.ts';
import { domain, type Myco, password } from './myco.ts';

/** Signed in over STARTTLS, available, and has read what came with that. */
export async function openChatMember(myco: Myco, username: string): Promise<XmppActor> {
  const tls = { ca: myco.authority, servername: domain };
  const door = { transport: 'tcp', port: myco.port('xmpp'), domain, tls } as const;
  const actor = await loginXmpp({ ...door, username, password });
  await actor.send('<presence/>');
  await actor.forget();
  return actor;
}

/** A message of these words; programs that read them from a pipe end them with a line break. */
export const says = (words: string) => (element: Element) =>
  element.name === 'message' && textOf(childOf(element, 'body')).trim() === words;
