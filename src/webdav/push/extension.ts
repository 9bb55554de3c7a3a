import type { DavExtension } from '../types.ts';
import type { PushHouse } from './house.ts';
import { pushFeature } from './names.ts';
import { pushProperties } from './properties.ts';
import { pushRegister } from './register.ts';
import { registrationsSpace } from './registrations.ts';

/** WebDAV-Push over calendars and address books: who wants to be told. `Pushes` tells them. */
export function pushExtension(house: PushHouse): DavExtension {
  return {
    name: 'push',
    features: [pushFeature],
    methods: [],
    properties: pushProperties(house),
    reports: [],
    posts: [pushRegister(house)],
    spaces: [registrationsSpace(house)],
  };
}
