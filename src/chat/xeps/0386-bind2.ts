import { createHash } from 'node:crypto';
import { FormatError } from '../../base/index.ts';
import { prepareResource } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StanzaError, StreamError } from '../errors.ts';
import { tagCharactersMax } from '../limits.ts';
import type { Session } from '../routing/session.ts';
import type { Inlined, InlineLogin, Specification, UserAgent } from '../specification.ts';
import { bindResource, makeResource } from '../stream/bind.ts';

const bind2Ns = 'urn:xmpp:bind:0';
const ownPartCharacters = 12;

/** Sessions by the id of the client that has bound them. */
const clients = new WeakMap<Session, string>();

/** The client of a session, the same when it comes again: as it names itself, or else by its resource. */
export const clientOf = (session: Session): string => clients.get(session) ?? session.jid.resource;

/** Whether the session began so: its client looks for what it has missed in the archive. */
export const isBoundAtLogin = (session: Session): boolean => atLogin.has(session);
const atLogin = new WeakSet<Session>();

/**
 * §3.2.1: the tag, and a part of ours that is the same each time for the same client, so that its resource in rooms and
 * presence stays. It tells nothing of the client's id.
 */
function resourceOf(account: number, { id }: UserAgent, tag: string): string {
  const own =
    id === ''
      ? makeResource()
      : createHash('sha256')
          .update(`${account} ${id} ${tag}`)
          .digest('base64url')
          .slice(0, ownPartCharacters);
  if (tag === '') return own;
  try {
    return prepareResource(`${Array.from(tag).slice(0, tagCharactersMax).join('')}/${own}`);
  } catch (error) {
    if (error instanceof FormatError) return own;
    throw error;
  }
}

/** §3.2: another session of the same client is one that it has given up. */
function endOthers(session: Session, id: string): void {
  if (id === '') return;
  for (const other of [...session.home.sessions.values()]) {
    if (other === session || clients.get(other) !== id) continue;
    other.stream?.fail(new StreamError('conflict', 'the client has signed in anew'));
    other.close();
  }
  clients.set(session, id);
}

async function bound({ stream, request, accepted, agent, resumed }: InlineLogin): Promise<Inlined | null> {
  const asked = childOf(request, 'bind', bind2Ns);
  // XEP-0198 §9.1: where a session is resumed, nothing is bound.
  if (asked === undefined || resumed !== null) return null;
  const session = bindOrEnd(
    stream,
    resourceOf(accepted.member.id, agent, textOf(childOf(asked, 'tag')).trim()),
  );
  atLogin.add(session);
  endOthers(session, agent.id);
  const answers: Element[] = [];
  for (const feature of stream.chat.features.bind) {
    const answer = feature.bound(session, asked);
    const given = answer instanceof Promise ? await answer : answer;
    if (given !== null) answers.push(given);
  }
  return { answer: element('bound', bind2Ns, {}, ...answers) };
}

/** Who may sign in and can bind nothing is told so by the stream: SASL knows no word for it. */
function bindOrEnd(stream: InlineLogin['stream'], resource: string): Session {
  try {
    return bindResource(stream, resource);
  } catch (error) {
    if (error instanceof StanzaError) throw new StreamError('resource-constraint', error.options.text);
    throw error;
  }
}

/** Bind 2: a resource, and what its session begins with, in the request that signs in. */
export const bind2: Specification = {
  xep: '0386',
  name: 'Bind 2',
  version: '1.1.0',
  inline: [
    {
      offer({ chat }) {
        const features = chat.features.bind.flatMap(({ feature }) => feature ?? []).toSorted();
        const told = features.map((name) => element('feature', bind2Ns, { var: name }));
        return element('bind', bind2Ns, {}, element('inline', bind2Ns, {}, ...told));
      },
      run: bound,
    },
  ],
};
