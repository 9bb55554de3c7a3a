import { chatPassword, type TestChat } from './chat.ts';
import { XmppActor } from './xmpp/index.ts';

/** A client of that member, who is made where there is none, signed in on the clear door; the server chooses the resource. */
export async function openMember(chat: TestChat, local: string): Promise<XmppActor> {
  if ((await chat.accounts.byAddress(`${local}@${chat.domain}`)) === null) await chat.addMember(local);
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  await actor.login({ username: local, password: chatPassword, mechanism: 'PLAIN' });
  return actor;
}
