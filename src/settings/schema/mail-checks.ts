import { z } from 'zod';
import { cidr, domainName } from '../scalars.ts';

/** What becomes of mail from other servers by what is known of its author. */
export const mailChecksSlice = z
  .strictObject({
    dmarc: z.enum(['enforce', 'report']).prefault('enforce').meta({
      description:
        'enforce obeys the policy of the author’s domain: reject refuses, quarantine goes to Junk. report notes the result and takes everything.',
      reload: 'live',
    }),
    temporary: z.enum(['accept', 'defer']).prefault('accept').meta({
      description: 'Where that policy cannot be looked up: accept the mail, or defer it with 451.',
      reload: 'live',
    }),
    trustedSealers: z.array(domainName()).max(1000).prefault([]).meta({
      description:
        'Domains, such as those of mailing lists, whose ARC seals are believed when they changed what they passed on.',
      form: 'a list of domains such as [lists.example.org]',
      reload: 'live',
    }),
    exempt: z.array(cidr()).max(1000).nullable().prefault(null).meta({
      description:
        'Addresses whose mail is not checked, such as a second mail exchanger of our own. null: those of this machine, unless mail.resolver names servers, as tests do.',
      form: 'a list of addresses such as 192.0.2.0/24, or null',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'SPF, DKIM, DMARC and ARC of mail from other servers.' });
