import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { canonicalDomain } from '../hosts.ts';
import { cidr, duration, scalar, whole } from '../scalars.ts';

const sender = () =>
  scalar('an address such as x@example.org, or a domain', (text) => {
    const at = text.lastIndexOf('@');
    const domain = canonicalDomain(text.slice(at + 1));
    if (at === 0 || domain === undefined) throw new FormatError('');
    return text.slice(0, at + 1).toLowerCase() + domain;
  });

const networks = (usual: readonly string[], description: string) =>
  z
    .array(cidr())
    .max(10_000)
    .prefault([...usual])
    .meta({ description, form: 'a list of addresses such as 192.0.2.0/24', reload: 'restart' });

const listed = (what: string) =>
  z
    .strictObject({
      networks: networks([], `Servers ${what}.`),
      senders: z
        .array(sender())
        .max(10_000)
        .prefault([])
        .meta({
          description: `Senders ${what}: addresses, or domains with all below them.`,
          form: 'a list such as [x@example.org, example.net]',
          reload: 'restart',
        }),
    })
    .prefault({})
    .meta({ description: `Who is ${what}.` });

const blockList = () =>
  scalar('a zone such as bl.example.org, or bl.example.org=3 for points', (text) => {
    const [zone = '', points, ...more] = text.split('=');
    const canonical = canonicalDomain(zone);
    if (canonical === undefined || more.length > 0) throw new FormatError('');
    if (points === undefined) return { zone: canonical, points: 'refuse' as const };
    if (!/^[1-9]\d?$/.test(points)) throw new FormatError('');
    return { zone: canonical, points: Number(points) };
  });

const blockLists = (description: string) =>
  z
    .array(blockList())
    .max(20)
    .prefault([])
    .meta({ description, form: 'a list such as [bl.example.org, dul.example.org=3]', reload: 'restart' });

const perHour = (usual: number, description: string) =>
  whole(1, 100_000_000).prefault(usual).meta({ description, reload: 'restart' });

/** What strangers meet at the smtp door before their mail is taken. */
export const mailGuardsSlice = z
  .strictObject({
    trusted: networks(['127.0.0.0/8', '::1'], 'Servers that no guard looks at.'),
    allow: listed('always welcome'),
    deny: listed('never welcome'),
    blockLists: blockLists(
      'DNS lists of addresses (RFC 5782): whoever is on one is refused, or gets points. Most want to be asked by a resolver of your own.',
    ),
    domainLists: blockLists('DNS lists of domains: of senders, and of names that servers give themselves.'),
    deadSender: z.enum(['refuse', 'points', 'ignore']).prefault('points').meta({
      description: 'A sender whose domain takes no mail: nobody could answer.',
      reload: 'restart',
    }),
    greylistPoints: whole(1, 100).nullable().prefault(5).meta({
      description:
        'Servers with so many points (no name in the DNS, a HELO that is not true, a dead sender) are asked to come again once; null asks nobody.',
      reload: 'restart',
    }),
    greylistDelay: duration({ min: '10s', max: '1d' }).prefault('5m').meta({
      description: 'When they are welcome then.',
      reload: 'restart',
    }),
    messagesPerHour: perHour(
      5_000,
      'Messages from one address in an hour; a network (/24, /64) may do 8 times as much.',
    ),
    recipientsPerHour: perHour(20_000, 'Recipients, likewise.'),
    unknownPerHour: perHour(100, 'Recipients that do not exist, likewise: then only members are reached.'),
    tarpitAfter: whole(0, 100_000).prefault(5).meta({
      description:
        'So many unknown recipients are answered at once; each further one later than the one before.',
      reload: 'restart',
    }),
    tarpitLongest: duration({ min: '0s', max: '30s' }).prefault('8s').meta({
      description: 'The longest such delay.',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'What strangers meet at the smtp door before their mail is taken.' });
