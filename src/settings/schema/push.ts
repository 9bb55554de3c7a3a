import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { cidr, scalar } from '../scalars.ts';

const contactForm = 'an address such as mailto:admin@coop.localhost or https://coop.localhost/contact';

const contact = () =>
  scalar(contactForm, (value) => {
    const text = value.trim();
    const isContact = /^mailto:[^\s@:]+@[^\s@]+$/i.test(text) || /^https:\/\/[^\s/]+(?:\/\S*)?$/i.test(text);
    if (!isContact || !URL.canParse(text)) throw new FormatError('');
    return text;
  });

export const pushSlice = z
  .strictObject({
    devices: z.enum(['everybody', 'nobody']).prefault('everybody').meta({
      description:
        'Whose devices are told at once when a calendar or an address book changes (WebDAV-Push), through the push service that each names.',
      reload: 'restart',
    }),
    contact: contact().nullable().prefault(null).meta({
      description:
        'Whom a push service writes to when our messages trouble it; null is postmaster of the main domain.',
      reload: 'live',
    }),
    networks: z.array(cidr()).max(1000).prefault([]).meta({
      description:
        'Addresses that are not of the internet where push services may be all the same; for tests and private networks.',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'Telling devices of changes.' });
