import type { Accounts } from '../../accounts/index.ts';
import { principalPropertySearch, principalSearchPropertySet } from '../reports/principals.ts';
import type { DavExtension } from '../types.ts';
import { principalsSpace } from './space.ts';

/** Who is who: `/dav/principals/…`, and how members find each other (RFC 3744). */
export function principalsExtension(accounts: Accounts): DavExtension {
  return {
    name: 'principals',
    features: ['access-control'],
    methods: [],
    properties: [],
    reports: [principalPropertySearch(accounts), principalSearchPropertySet],
    spaces: [principalsSpace(accounts)],
  };
}
