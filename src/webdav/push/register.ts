import type { XmlElement } from '../../formats/xml/index.ts';
import { CollectionResource, HomeResource } from '../collections/index.ts';
import type { DavPost, Exchange, Resource } from '../types.ts';
import type { PushHouse } from './house.ts';
import { registrationDefaultMs, registrationMsMax } from './limits.ts';
import { pushNamespace, pushSpaceName } from './names.ts';
import { placeOf } from './places.ts';
import { readExpires, readSubscription, readTriggers, refusal } from './subscription.ts';

/** webdav-push §3.1: a device registers itself with what it wants to hear of. */
export function pushRegister(house: PushHouse): DavPost {
  return {
    namespace: pushNamespace,
    name: 'push-register',
    rfc: 'webdav-push §3.1',
    on: (resource) => resource instanceof CollectionResource || resource instanceof HomeResource,
    privilege: 'read',
    run: (exchange, resource, body) => register(house, exchange, resource, body),
  };
}

async function register(
  { push, networks }: PushHouse,
  exchange: Exchange,
  resource: Resource,
  body: XmlElement,
): Promise<void> {
  const { visit } = exchange;
  const place = placeOf(resource);
  if (place === null || visit.visitor.kind !== 'member')
    throw refusal('push-not-available', 'nothing is told of this');
  const now = visit.clock.nowMs();
  const subscription = readSubscription(body, networks());
  const triggers = readTriggers(body, place);
  const wished = readExpires(body) ?? now + registrationDefaultMs;
  if (wished <= now) throw refusal('invalid-subscription', 'it would have ended already');
  const expiresMs = Math.min(wished, now + registrationMsMax);
  const { token, created } = await push.register({
    member: visit.visitor.member.id,
    account: place.account,
    place: place.place,
    ...subscription,
    ...triggers,
    expiresMs,
  });
  exchange.send(created ? 201 : 204, {
    Location: visit.origin + visit.href({ path: [pushSpaceName, token], isCollection: false }),
    Expires: new Date(expiresMs).toUTCString(),
  });
}
