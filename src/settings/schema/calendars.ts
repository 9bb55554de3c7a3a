import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { cidr, scalar, size, whole } from '../scalars.ts';

const address = () =>
  scalar('an address such as hall@coop.localhost', (value) => {
    const lower = value.trim().toLowerCase();
    if (!/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(lower)) throw new FormatError('');
    return lower;
  });

const addresses = (what: string) =>
  z
    .array(address())
    .max(10_000)
    .prefault([])
    .meta({
      description: `Members that are ${what}: they accept invitations where they are free, and decline the others.`,
      form: 'a list of addresses',
      reload: 'live',
    });

export const calendarsSlice = z
  .strictObject({
    quota: size({ min: '1MiB', max: '1TiB' }).prefault('5GiB').meta({
      description: 'What one member’s calendars, contacts and what is attached to them may take together.',
      reload: 'live',
    }),
    object: size({ min: '64KiB', max: '16MiB' }).prefault('1MiB').meta({
      description: 'The largest event or task taken.',
      reload: 'restart',
    }),
    invitations: z.enum(['everybody', 'known', 'off']).prefault('everybody').meta({
      description:
        'Whose invitations that come by mail are put into calendars. known: of members, and of whom one has in an address book; off: nobody’s, they stay mail.',
      reload: 'live',
    }),
    rooms: addresses('rooms'),
    resources: addresses('things to be lent'),
    attendees: whole(2, 2_000).prefault(500).meta({
      description: 'Attendees of one event.',
      reload: 'restart',
    }),
    instances: whole(100, 50_000).prefault(5_000).meta({
      description: 'Instances of one recurring event in one answer that expands it.',
      reload: 'restart',
    }),
    subscriptions: z.enum(['everybody', 'nobody']).prefault('everybody').meta({
      description: 'Which members may have calendars that this server reads from elsewhere.',
      reload: 'restart',
    }),
    subscriptionNetworks: z.array(cidr()).max(1000).prefault([]).meta({
      description:
        'Addresses that are not of the internet and may be read from all the same; for tests and private networks.',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'Calendars (CalDAV).' });
