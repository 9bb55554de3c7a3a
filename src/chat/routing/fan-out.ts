import type { Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { internalError, refusalOf } from '../errors.ts';
import type { Chat } from '../services.ts';
import { copyFor, type Stanza, type StanzaKind } from '../stanza.ts';
import type { Home } from './home.ts';
import type { Session } from './session.ts';

/** Something that many hear, each at a full address: what is said in a room. */
export interface Shared {
  readonly kind: StanzaKind;
  /** Without `to`. */
  readonly element: Element;
  readonly from: Jid;
}

/** One of those who hear it; `text` is `jid` as text. */
export interface Listener {
  readonly jid: Jid;
  readonly text: string;
}

/**
 * Brings it to one of them. False: that is a resource of ours that is not there any more. Nothing is kept for it, and no
 * rule of messages to accounts is asked: whoever is blocked is not heard, and that is all (RFC 6121 §8.5.3).
 */
export function deliverCopy(chat: Chat, { kind, element, from }: Shared, { jid, text }: Listener): boolean {
  const copy = copyFor(element, text);
  const stanza: Stanza = { kind, type: element.attributes.type ?? '', element: copy, from, to: jid };
  if (!chat.homes.isLocal(jid.domain)) {
    void chat.router.route(stanza);
    return true;
  }
  const session = chat.homes.sessionOf(jid);
  if (session === null) return false;
  const guards = chat.features.arriving;
  if (guards.length === 0) session.deliver(copy);
  else guarded(session, stanza, 0);
  return true;
}

/** Guards have nothing to await but where much has changed; then this one is late, and in its order among those guarded. */
function guarded(session: Session, stanza: Stanza, from: number): void {
  const { home } = session;
  const guards = home.chat.features.arriving;
  for (let at = from; at < guards.length; at++) {
    const step = asked(home, stanza, at);
    if (step instanceof Promise) {
      void step.then((done) => {
        if (done !== 'done') guarded(session, stanza, at + 1);
      });
      return;
    }
    if (step === 'done') return;
  }
  session.deliver(stanza.element);
}

type Asked = 'done' | undefined | Promise<'done' | undefined>;

/** What is refused is not heard; nobody is told that somebody is blocked. */
function asked(home: Home, stanza: Stanza, at: number): Asked {
  const refused = (error: unknown): 'done' => {
    if ((refusalOf(error) ?? internalError) === internalError)
      home.chat.log.error('xmpp stanza failed', { error });
    return 'done';
  };
  try {
    const step = home.chat.features.arriving[at]?.(home, stanza);
    return step instanceof Promise ? step.catch(refused) : step;
  } catch (error) {
    return refused(error);
  }
}
