import { Recent } from '../../base/index.ts';
import { type Element, element, elementsOf, parseElement, writeElement } from '../../formats/stanza/index.ts';
import type { PushRow } from '../../stores/conversations/index.ts';
import { formElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { stanzasNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import { type Stanza, tryJid } from '../stanza.ts';
import { limits } from './limits.ts';

export const pushNs = 'urn:xmpp:push:0';
const pubsubNs = 'http://jabber.org/protocol/pubsub';
const minuteMs = 60_000;

/** Which of an account's clients are woken. */
export interface PushOptions {
  /** The client of a session, as registrations name it. */
  readonly clientOf: (session: Session) => string;
  /** That client alone; else all that nobody hears. */
  readonly only?: string;
}

/** Accounts without any registration: nothing is read for them. */
const without = new WeakSet<Home>();
/** How many registrations came, so that one that comes while it is read is not overlooked. */
const came = new WeakMap<Home, number>();

/** A registration came. */
export function registered(home: Home): void {
  without.delete(home);
  came.set(home, (came.get(home) ?? 0) + 1);
}

/** Pushes of a client in this minute, and what was not told of. */
interface Pace {
  readonly fromMs: number;
  count: number;
  untold: number;
}
const paces = new WeakMap<Home, Recent<string, Pace>>();
const clientsPerHome = 100;

/** Tells the app servers of clients that nobody hears that there is something. Never rejects. */
export async function wake(home: Home, { clientOf, only }: PushOptions): Promise<void> {
  if (without.has(home)) return;
  const { chat, account } = home;
  try {
    const before = came.get(home);
    const rows = await chat.store.registrations.push.of(account);
    if (rows.length === 0 && came.get(home) === before) without.add(home);
    const heard = new Set<string>();
    for (const session of home.sessions.values()) if (session.stream !== null) heard.add(clientOf(session));
    const wanted = rows.filter(({ client }) => !heard.has(client) && (only === undefined || client === only));
    await Promise.all(wanted.map((row) => publish(home, row)));
  } catch (error) {
    chat.log.warn('clients not woken', { error });
  }
}

async function publish(home: Home, row: PushRow): Promise<void> {
  const { chat, account, jid } = home;
  const to = tryJid(row.service);
  const count = mayPublish(home, row);
  if (to === null || count === 0) return;
  const { push } = chat.store.registrations;
  let answer: Stanza | null = null;
  try {
    answer = await chat.router.questions.ask(jid, to, 'set', notification(row, count), limits.publishMsMax);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
  }
  if (answer?.type === 'error' && isOver(answer.element)) {
    await push.disable(account, row.service, row.node);
    return;
  }
  await push.settle(account, row, answer?.type === 'result');
}

/** How many messages it is told of; 0: it was told often enough. */
function mayPublish(home: Home, { service, node }: PushRow): number {
  const now = home.chat.clock.monotonicMs();
  const all = paces.get(home) ?? new Recent<string, Pace>(clientsPerHome);
  paces.set(home, all);
  const key = `${service} ${node}`;
  let pace = all.get(key);
  if (pace === undefined || now - pace.fromMs >= minuteMs) {
    pace = { fromMs: now, count: 0, untold: pace?.untold ?? 0 };
    all.set(key, pace);
  }
  pace.untold++;
  if (++pace.count > limits.pushesPerMinuteMax) return 0;
  const { untold } = pace;
  pace.untold = 0;
  return untold;
}

/** §6: a summary without content; what the client has given along goes with it. */
function notification({ node, options }: PushRow, count: number): Element {
  const summary = formElement({
    type: 'submit',
    of: 'urn:xmpp:push:summary',
    fields: [{ name: 'message-count', values: [`${count}`] }],
  });
  const item = element('item', pubsubNs, {}, element('notification', pushNs, {}, summary));
  const publishing = element('publish', pubsubNs, node === '' ? {} : { node }, item);
  const given = options === '' ? null : element('publish-options', pubsubNs, {}, parseElement(options));
  return element('pubsub', pubsubNs, {}, publishing, given);
}

/** It will not know the client again. */
function isOver(answer: Element): boolean {
  for (const error of elementsOf(answer)) {
    if (error.name !== 'error') continue;
    for (const { ns, name } of elementsOf(error))
      if (ns === stanzasNs && (name === 'item-not-found' || name === 'gone')) return true;
  }
  return false;
}

/** Publish-options as they are kept; '' for none. */
export const optionsText = (form: Element | undefined): string =>
  form === undefined ? '' : writeElement(form);
