import { davElement } from '../properties/live.ts';
import type { LiveProperty, Visit, Xml } from '../types.ts';
import type { PushHouse } from './house.ts';
import { pushElement, pushNamespace } from './names.ts';
import { type Place, placeOf } from './places.ts';

/** webdav-push §2.1: on whatever can be watched. */
export function pushProperties({ keys }: PushHouse): readonly LiveProperty[] {
  const property = (
    name: string,
    read: (place: Place, visit: Visit) => Xml | Promise<Xml>,
  ): LiveProperty => ({
    namespace: pushNamespace,
    name,
    key: `push:${name}`,
    rfc: 'webdav-push §2.1',
    on: (resource) => placeOf(resource) !== null,
    privilege: 'read',
    allprop: false,
    read(resource, visit) {
      const place = placeOf(resource);
      return place === null ? undefined : read(place, visit);
    },
  });
  return [
    property('transports', async () => {
      const { publicKey } = await keys.get();
      // webdav-push §6.2
      const key = `<x:vapid-public-key xmlns:x="${pushNamespace}" type="p256ecdsa">${publicKey}</x:vapid-public-key>`;
      return pushElement('web-push', key);
    }),
    property('topic', async ({ account, place }) => (await keys.get()).topicOf(account, place)),
    property('supported-triggers', ({ properties }) => {
      const content = pushElement('content-update', davElement('depth', '1'));
      return properties ? content + pushElement('property-update', davElement('depth', '0')) : content;
    }),
  ];
}
