import type { Extension } from '../session/types.ts';

/** Every reply but greetings, HELO answers and 3yz carries a status of RFC 3463. */
export const enhancedStatusCodes: Extension = {
  keyword: 'ENHANCEDSTATUSCODES',
  rfc: 2034,
  title: 'Enhanced Error Codes',
  ehlo: () => 'ENHANCEDSTATUSCODES',
};
