import type { Accounts } from '../../accounts/index.ts';
import {
  calendarserverPrincipalSearch,
  principalPropertySearch,
  principalSearchPropertySet,
} from '../reports/principal-search.ts';
import type { DavExtension } from '../types.ts';
import { type Delegations, proxyProperties } from './proxies.ts';
import { principalsSpace } from './space.ts';

/** Who is who: `/dav/principals/…`, how members find each other (RFC 3744), and who acts for whom where `delegations` says it. */
export function principalsExtension(accounts: Accounts, delegations?: Delegations): DavExtension {
  const proxies = delegations === undefined ? null : { accounts, delegations };
  return {
    name: 'principals',
    features: [
      'access-control',
      'calendarserver-principal-property-search',
      'calendarserver-principal-search',
      ...(proxies ? ['calendar-proxy'] : []),
    ],
    methods: [],
    properties: proxies ? proxyProperties(proxies) : [],
    reports: [
      principalPropertySearch(accounts),
      calendarserverPrincipalSearch(accounts),
      principalSearchPropertySet,
    ],
    spaces: [principalsSpace(accounts, proxies)],
  };
}
