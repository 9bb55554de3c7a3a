import { randomToken } from '../../base/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { StanzaCondition } from '../errors.ts';
import { stanzasNs } from '../namespaces.ts';
import type { Session } from '../routing/session.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { Managed, smNs } from './managed.ts';
import { registryOf } from './registry.ts';

/** Nobody guesses one. */
const idBits = 160;

/** XEP-0198 §6; `h`: what was handled of a session that is no more. */
export const failed = (condition: StanzaCondition, h?: number): Element =>
  element('failed', smNs, { h: h === undefined ? undefined : String(h) }, element(condition, stanzasNs));

/** XEP-0198 §3: begins to count; answers `<enabled/>` or `<failed/>`. */
export function enable(session: Session, { attributes }: Element): Element {
  const { chat } = session;
  const registry = registryOf(chat);
  if (registry.of(session) !== undefined) return failed('unexpected-request');
  const keepMsMax = Math.min(chat.settings().resumeMs ?? chat.limits.resumeMsMax, chat.limits.resumeMsMax);
  const isResumable = keepMsMax > 0 && (attributes.resume === 'true' || attributes.resume === '1');
  const wished = /^[1-9]\d{0,9}$/.test(attributes.max ?? '') ? Number(attributes.max) * 1_000 : keepMsMax;
  const keepMs = Math.min(wished, keepMsMax);
  const id = isResumable ? randomToken(idBits) : null;
  registry.add(new Managed(registry, session, id, keepMs));
  if (id === null) return element('enabled', smNs);
  return element('enabled', smNs, { id, resume: 'true', max: String(Math.ceil(keepMs / 1_000)) });
}

export interface Resumption {
  /** `<resumed/>` or `<failed/>`. */
  readonly answer: Element;
  /** Null: nothing is resumed, and a resource may be bound. */
  readonly session: Session | null;
  /** To be done at once when the client is told: the session goes on in the stream. */
  after(): void;
}

const nothing = (answer: Element): Resumption => ({ answer, session: null, after: () => undefined });

/** XEP-0198 §5: only sessions of the account that has signed in. Throws StreamError where `h` cannot be. */
export async function resume(
  stream: ClientStream,
  account: number,
  { attributes: { previd = '', h = '' } }: Element,
): Promise<Resumption> {
  const registry = registryOf(stream.chat);
  if (!/^\d{1,10}$/.test(h)) return nothing(failed('bad-request'));
  const managed = registry.byId.get(previd);
  if (managed?.session.home.account !== account || managed.session.isClosed) {
    const past = registry.past.get(previd);
    return nothing(failed('item-not-found', past?.account === account ? past.handled : undefined));
  }
  if (Number(h) <= managed.unacked.written && !managed.unacked.covers(Number(h))) {
    // Too much was written since: the client begins anew.
    managed.session.close();
    return nothing(failed('item-not-found', managed.handled));
  }
  const after = await managed.claim(stream, Number(h));
  if (after === null) return nothing(failed('item-not-found'));
  return {
    answer: element('resumed', smNs, { previd, h: String(managed.handled) }),
    session: managed.session,
    after,
  };
}
