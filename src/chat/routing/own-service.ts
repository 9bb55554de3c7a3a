import type { Element } from '../../formats/stanza/index.ts';
import { type Described, describe, discoInfoNs, discoItemsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { pingNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import type { IqHandler } from '../specification.ts';
import type { Stanza } from '../stanza.ts';
import { answerBy } from './answer-iq.ts';
import type { Service } from './router.ts';
import type { Session } from './session.ts';

/** A request to a service. */
export interface ServiceRequest {
  readonly stanza: Stanza;
  readonly payload: Element;
  /** Null: it comes from another server, or from no session. */
  readonly session: Session | null;
}

export interface ServiceIq extends Pick<IqHandler, 'name' | 'ns' | 'type'> {
  /** No default (THREATS 9). */
  readonly who: 'members' | 'anyone';
  run(request: ServiceRequest): ReturnType<IqHandler['run']>;
}

export interface OwnServiceOptions {
  readonly host: string;
  readonly name: string;
  /** What it says of itself; the features that every service has are added. */
  described(): Described;
  readonly iq: readonly ServiceIq[];
}

const everybodys = [discoInfoNs, discoItemsNs, pingNs];

const ping: ServiceIq = { name: 'ping', ns: pingNs, type: 'get', who: 'anyone', run: () => null };

/** A service that is asked and answers, and that nobody talks to: it says what it is (XEP-0030), and that it is there (XEP-0199). */
export function createOwnService(chat: () => Chat, options: OwnServiceOptions): Service {
  const { host, name } = options;
  const handlers = [ping, ...options.iq];
  const described = (): Described => {
    const own = options.described();
    return { ...own, features: [...own.features, ...everybodys].sort() };
  };
  const run = ({ stanza, payload, session }: ServiceRequest) => {
    // Nobody is at home there: the service itself is all that there is.
    if (stanza.to.local !== '' || stanza.to.resource !== '') throw new StanzaError('service-unavailable');
    const answer = stanza.type === 'get' ? describe(payload, described()) : undefined;
    if (answer !== undefined) return answer;
    const isIt = (each: ServiceIq) =>
      payload.name === each.name &&
      payload.ns === each.ns &&
      (each.type === 'both' || each.type === stanza.type);
    const handler = handlers.find(isIt);
    if (handler === undefined) throw new StanzaError('service-unavailable');
    if (handler.who === 'members' && session === null) throw new StanzaError('forbidden');
    return handler.run({ stanza, payload, session });
  };
  return {
    host,
    name,
    receive(stanza): Promise<void> | void {
      if (stanza.kind === 'iq')
        return answerBy(chat(), stanza, null, (payload, session) => run({ stanza, payload, session }));
      if (stanza.kind === 'message' && stanza.type !== 'error') throw new StanzaError('service-unavailable');
    },
  };
}
