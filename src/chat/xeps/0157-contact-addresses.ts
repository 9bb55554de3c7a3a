import type { Specification } from '../specification.ts';

const serverInfo = 'http://jabber.org/network/serverinfo';

/** The mailboxes that every domain of ours has, and who reads them (RFC 2142 §3, §4). */
const mailboxes = { abuse: 'abuse', admin: 'postmaster', security: 'abuse', support: 'postmaster' } as const;

/** Whom to write to about this server. */
export const contactAddresses: Specification = {
  xep: '0157',
  name: 'Contact Addresses for XMPP Services',
  version: '1.1.1',
  disco: [
    {
      at: 'server',
      forms({ domain }) {
        const fields = Object.entries(mailboxes).map(([who, mailbox]) => ({
          name: `${who}-addresses`,
          type: 'list-multi' as const,
          values: [`mailto:${mailbox}@${domain}`],
        }));
        return [{ type: 'result', of: serverInfo, fields }];
      },
    },
  ],
};
