import { writeMyRights } from '../acl/ask.ts';
import type { Extension } from '../features.ts';

/** LIST … RETURN (MYRIGHTS): the rights to each mailbox that is listed. */
export const listMyrightsExtension: Extension = {
  rfc: 8440,
  name: 'LIST-MYRIGHTS',
  capabilities: ({ member }) => (member === null ? [] : ['LIST-MYRIGHTS']),
  listReturns: [
    {
      name: 'MYRIGHTS',
      tell: (session, { name, rights }) => writeMyRights(session, name, rights),
    },
  ],
};
