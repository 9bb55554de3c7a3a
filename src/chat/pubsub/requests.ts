import { type Element, elementsOf } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { pubsubNs, unsupported } from './faults.ts';
import { items } from './items.ts';
import { affiliations, configure, create, defaults, purge, remove, subscribers } from './nodes.ts';
import type { Asker, Place } from './place.ts';
import { publish, retract } from './publish.ts';
import { ownAffiliations, subscribe, subscriptions, unsubscribe } from './subscribe.ts';

interface Asked {
  readonly place: Place;
  /** `<pubsub/>`. */
  readonly request: Element;
  /** Its first child. */
  readonly verb: Element;
  readonly asker: Asker;
  readonly type: string;
}

type Verb = (asked: Asked) => Promise<Element | null> | Element | null;

/** `<pubsub/>` of users (XEP-0060 §5 to §7), by `type name`. */
const users: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['set publish', ({ place, request, verb, asker }) => publish(place, request, verb, asker)],
  ['set retract', ({ place, verb, asker }) => retract(place, verb, asker)],
  ['set create', ({ place, request, verb, asker }) => create(place, request, verb, asker)],
  ['set subscribe', ({ place, verb, asker }) => subscribe(place, verb, asker)],
  ['set unsubscribe', ({ place, verb, asker }) => unsubscribe(place, verb, asker)],
  ['get items', ({ place, request, verb, asker }) => items(place, request, verb, asker)],
  ['get subscriptions', ({ place, verb, asker }) => subscriptions(place, verb, asker)],
  ['get affiliations', ({ place, verb, asker }) => ownAffiliations(place, verb, asker)],
]);

/** `<pubsub/>` of owners (§8). */
const owners: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['get default', ({ place }) => defaults(place)],
  ['get configure', ({ place, verb, asker, type }) => configure(place, verb, asker, type)],
  ['set configure', ({ place, verb, asker, type }) => configure(place, verb, asker, type)],
  ['set delete', ({ place, verb, asker }) => remove(place, verb, asker)],
  ['set purge', ({ place, verb, asker }) => purge(place, verb, asker)],
  ['get affiliations', ({ place, verb, asker, type }) => affiliations(place, verb, asker, type)],
  ['set affiliations', ({ place, verb, asker, type }) => affiliations(place, verb, asker, type)],
  ['get subscriptions', ({ place, verb, asker, type }) => subscribers(place, verb, asker, type)],
  ['set subscriptions', ({ place, verb, asker, type }) => subscribers(place, verb, asker, type)],
]);

/** A request to nodes. Throws StanzaError and StoreError. */
export async function answerPubsub(
  place: Place,
  request: Element,
  asker: Asker,
  type: string,
): Promise<Element | null> {
  const [verb] = elementsOf(request);
  if (verb === undefined) throw new StanzaError('bad-request', { text: 'nothing is asked for' });
  const answer = (request.ns === pubsubNs ? users : owners).get(`${type} ${verb.name}`);
  if (answer === undefined) throw unsupported(featureOf(verb.name));
  return answer({ place, request, verb, asker, type });
}

/** As XEP-0060 §10 names what is not done. */
const featureOf = (verb: string): string => (verb === 'options' ? 'subscription-options' : verb);
