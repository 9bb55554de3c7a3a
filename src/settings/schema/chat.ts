import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { cidr, domainName, duration, host, scalar, size, whole } from '../scalars.ts';

const keep = (what: string) =>
  duration({ min: '1d', max: '36500d' })
    .nullable()
    .prefault(null)
    .meta({
      description: `${what} null keeps it for ever.`,
      form: 'a duration such as 365d, or null',
      reload: 'live',
    });

const archiveSlice = z
  .strictObject({
    messages: keep('How long messages are kept that members sent and got; what is older goes by itself.'),
    rooms: keep('The same of messages in rooms.'),
  })
  .prefault({})
  .meta({ description: 'What was said (XEP-0313).' });

const uploadsSlice = z
  .strictObject({
    file: size({ min: '64KiB', max: '64GiB' }).prefault('100MiB').meta({
      description:
        'The largest file that a client may send along. It is kept among the files of who sends it.',
      reload: 'live',
    }),
    keep: keep('How long such a file stays where it was put; one that its member moved elsewhere stays.'),
  })
  .prefault({})
  .meta({ description: 'Files that are sent along (XEP-0363).' });

const secret = () =>
  scalar(
    'the secret of the TURN server, 16 to 200 characters without spaces',
    (value) => {
      if (!/^[\x21-\x7e]{16,200}$/.test(value)) throw new FormatError('');
      return value;
    },
    { secret: true },
  );

const turnSlice = z
  .strictObject({
    host: host().meta({
      description: 'How members reach it, by name or address.',
      sample: 'turn.coop.localhost',
    }),
    port: whole(1, 65_535).prefault(3478).meta({ description: 'Its port for STUN and TURN, UDP and TCP.' }),
    tlsPort: whole(1, 65_535).nullable().prefault(null).meta({
      description: 'Its port for TURN over TLS, usually 5349; null where it has none.',
    }),
    secret: secret().meta({
      description: 'What it shares with this server: static-auth-secret of coturn, with use-auth-secret.',
      sample: 'replace-this-with-32-random-characters',
    }),
    ttl: duration({ min: '5m', max: '7d' }).prefault('1d').meta({
      description: 'How long the credentials are good for that members are given.',
    }),
  })
  .optional()
  .meta({
    description:
      'A TURN server that lets calls through where two members cannot reach each other (XEP-0215). Left out: clients are told of none.',
    reload: 'live',
  });

const directorySlice = z
  .strictObject({
    contacts: z.enum(['off', 'groups']).prefault('off').meta({
      description:
        'groups: members who let the others find them are contacts of those who are in a group with them, and see whether they are there.',
      reload: 'live',
    }),
    members: whole(2, 1_000).prefault(200).meta({
      description: 'A group with more members than this makes nobody a contact.',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'The directory of members in lists of contacts.' });

const federationSlice = z
  .strictObject({
    policy: z.enum(['open', 'allow-list', 'off']).prefault('open').meta({
      description:
        'Whom this server talks to: open: everybody who is not blocked; allow-list: those who are allowed; off: no other server.',
      reload: 'live',
    }),
    allow: z.array(domainName()).max(10_000).prefault([]).meta({
      description: 'Domains that are allowed, each with all below it.',
      form: 'a list of domain names',
      reload: 'live',
    }),
    block: z.array(domainName()).max(10_000).prefault([]).meta({
      description: 'Domains that are not talked to, each with all below it.',
      form: 'a list of domain names',
      reload: 'live',
    }),
    trust: z.enum(['dialback', 'certificates']).prefault('dialback').meta({
      description:
        'How another server shows whose it is. certificates: by one that an authority vouches for; dialback: or else by what the DNS says (XEP-0220). Nothing is said in clear in either case.',
      reload: 'live',
    }),
    strangers: z.enum(['everything', 'requests', 'nothing']).prefault('everything').meta({
      description:
        'What people of other servers may bring to members who have nothing to do with them: everything; requests to be a contact alone; nothing. Contacts, rooms that were entered and whoever was written to are no strangers.',
      reload: 'live',
    }),
    keep: duration({ min: '1m', max: '14d' }).prefault('2d').meta({
      description: 'How long a message waits for a server that cannot be reached; then it goes back.',
      reload: 'live',
    }),
    networks: z.array(cidr()).max(1000).prefault([]).meta({
      description:
        'Addresses that are not of the internet and may be gone to all the same; for tests and private networks.',
      form: 'a list of addresses or CIDR blocks',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'Other servers that speak XMPP.' });

export const chatSlice = z
  .strictObject({
    registration: z.enum(['invite', 'closed', 'open']).prefault('invite').meta({
      description: 'Who may make an account from a chat client (XEP-0077).',
      reload: 'live',
    }),
    registrationsPerHour: whole(1, 100_000).prefault(5).meta({
      description:
        'How many accounts may be made from one address within an hour, where registration is open.',
      reload: 'live',
    }),
    unauthenticatedSeconds: whole(1, 3600).prefault(60).meta({
      description: 'How long a chat stream may stay without signing in.',
      reload: 'live',
    }),
    resume: duration({ min: '0s', max: '1h' }).prefault('1h').meta({
      description:
        'How long a client that has lost its connection may come back to its session (XEP-0198); 0s: not at all. Nothing is lost afterwards, but more is read again.',
      reload: 'live',
    }),
    notices: z.enum(['members', 'nobody']).prefault('members').meta({
      description:
        'Who may ask to be told in chat of mail that came and of invitations: by whom, and of what, never what they say. Nobody is told who has not asked.',
      reload: 'live',
    }),
    archive: archiveSlice,
    uploads: uploadsSlice,
    turn: turnSlice,
    directory: directorySlice,
    federation: federationSlice,
  })
  .prefault({})
  .meta({ description: 'Chat.' });
