import { randomToken } from '../../base/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { type Command, commands, commandsAtOnceMax, type Outcome } from '../commands/index.ts';
import { type DiscoItem, type DiscoNode, filledIn, formElement, formsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import type { Session } from '../routing/session.ts';
import type { DiscoRequest, IqRequest, Specification } from '../specification.ts';

export const commandsNs = 'http://jabber.org/protocol/commands';

/** A command that waits for what is filled in. */
interface Begun {
  readonly command: Command;
  readonly outcome: Extract<Outcome, { kind: 'form' }>;
}

const sessionIdBits = 80;
const begun = new WeakMap<Session, Map<string, Begun>>();

/** §4.4 */
const fault = (condition: 'bad-request' | 'not-allowed' | 'item-not-found', name: string) =>
  new StanzaError(condition, { extra: element(name, commandsNs) });

/** The right may be gone since they signed in. A password of an app, which a device keeps, administers nothing. */
async function isAdmin({ chat, home, root }: Session): Promise<boolean> {
  const { account } = home;
  if (chat.administration === null || !(await chat.accounts.member(account))?.admin) return false;
  return (await chat.accounts.livingCredentials(account)).get(root)?.own === true;
}

async function offeredTo(session: Session): Promise<readonly Command[]> {
  const admin = await isAdmin(session);
  return commands.filter(
    ({ who, offered }) => (who === 'members' || admin) && (offered?.(session.chat) ?? true),
  );
}

/** What is not offered is not there; what is, and not for this member, is forbidden (XEP-0133 §7). Throws StanzaError. */
async function commandFor(session: Session, node: string): Promise<Command> {
  const command = commands.find((each) => each.node === node);
  if (command === undefined || !(command.offered?.(session.chat) ?? true))
    throw new StanzaError('item-not-found');
  if (command.who === 'admins' && !(await isAdmin(session)))
    throw new StanzaError('forbidden', {
      text: 'for administrators who have signed in with their own password',
    });
  return command;
}

/** §3.4, §4.2. Throws StanzaError. */
async function execute({ payload, session, chat }: IqRequest): Promise<Element> {
  if (session === null) throw new StanzaError('forbidden');
  const { node = '', action = 'execute', sessionid } = payload.attributes;
  if (!['execute', 'next', 'complete', 'cancel', 'prev'].includes(action))
    throw fault('bad-request', 'malformed-action');
  const command = await commandFor(session, node);
  if (sessionid === undefined) {
    if (action !== 'execute') throw fault('bad-request', 'bad-action');
    return answer(session, command, randomToken(sessionIdBits), await command.run({ chat, session }));
  }
  const waiting = begun.get(session)?.get(sessionid);
  if (waiting?.command !== command) throw fault('bad-request', 'bad-sessionid');
  if (action === 'prev') throw fault('bad-request', 'bad-action');
  if (action === 'cancel') {
    begun.get(session)?.delete(sessionid);
    return element('command', commandsNs, { node, sessionid, status: 'canceled' });
  }
  const filled = filledIn(payload, waiting.outcome.form.of);
  if (filled === undefined) throw fault('bad-request', 'bad-payload');
  const outcome = await waiting.outcome.next(filled);
  begun.get(session)?.delete(sessionid);
  return answer(session, command, sessionid, outcome);
}

function answer(session: Session, command: Command, sessionid: string, outcome: Outcome): Element {
  const { node } = command;
  if (outcome.kind === 'form') {
    keep(session, sessionid, { command, outcome });
    return element(
      'command',
      commandsNs,
      { node, sessionid, status: 'executing' },
      element('actions', commandsNs, { execute: 'complete' }, element('complete', commandsNs)),
      formElement({ type: 'form', ...outcome.form }),
    );
  }
  const { note, form } = outcome;
  return element(
    'command',
    commandsNs,
    { node, sessionid, status: 'completed' },
    note === undefined ? null : element('note', commandsNs, { type: 'info' }, note),
    form === undefined ? null : formElement({ type: 'result', ...form }),
  );
}

function keep(session: Session, sessionid: string, one: Begun): void {
  const mine = begun.get(session) ?? new Map<string, Begun>();
  begun.set(session, mine);
  mine.set(sessionid, one);
  const [oldest] = mine.keys();
  if (mine.size > commandsAtOnceMax && oldest !== undefined) mine.delete(oldest);
}

/** §2.2, §2.3: members are shown what they may run, and nobody else anything. */
async function nodeOf({ chat, session }: DiscoRequest, node: string): Promise<DiscoNode | undefined> {
  if (session === null) return undefined;
  if (node === commandsNs) {
    const items: DiscoItem[] = (await offeredTo(session)).map((command) => ({
      jid: chat.domain,
      node: command.node,
      name: command.name,
    }));
    return {
      info: { identities: [{ category: 'automation', type: 'command-list' }], features: [commandsNs] },
      items,
    };
  }
  const command = (await offeredTo(session)).find((each) => each.node === node);
  if (command === undefined) return undefined;
  const identity = { category: 'automation', type: 'command-node', name: command.name };
  return { info: { identities: [identity], features: [commandsNs, formsNs] } };
}

/** Ad-Hoc Commands of the server, for members and for administrators. */
export const adHocCommands: Specification = {
  xep: '0050',
  name: 'Ad-Hoc Commands',
  version: '1.3.0',
  features: { server: [commandsNs] },
  disco: [{ at: 'server', node: nodeOf }],
  iq: [{ name: 'command', ns: commandsNs, type: 'set', at: 'server', who: 'members', run: execute }],
};
