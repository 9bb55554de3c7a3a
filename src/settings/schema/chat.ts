import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { duration, host, scalar, size, whole } from '../scalars.ts';

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

export const chatSlice = z
  .strictObject({
    registration: z.enum(['invite', 'closed', 'open']).prefault('invite').meta({
      description: 'Who may make an account from a chat client (XEP-0077).',
      reload: 'live',
    }),
    unauthenticatedSeconds: whole(1, 3600).prefault(60).meta({
      description: 'How long a chat stream may stay without signing in.',
      reload: 'live',
    }),
    archive: archiveSlice,
    uploads: uploadsSlice,
    turn: turnSlice,
    directory: directorySlice,
  })
  .prefault({})
  .meta({ description: 'Chat.' });
