import { z } from 'zod';
import { size, whole } from '../scalars.ts';
import { doorNames } from './doors.ts';
import { oauthSlice } from './oauth.ts';

export const authSlice = z
  .strictObject({
    plaintext: z.enum(['refuse', 'allow']).prefault('refuse').meta({
      description:
        'Password logins without TLS. allow is for tests: it needs every listener on loopback, and lets http serve all that https does.',
      reload: 'restart',
    }),
    oauth: oauthSlice,
  })
  .prefault({})
  .meta({ description: 'How members sign in.' });

export const limitsSlice = z
  .strictObject({
    message: size({ min: '64KiB', max: '1GiB' }).prefault('50MiB').meta({
      description: 'The largest mail taken or sent.',
      reload: 'live',
    }),
    quota: size({ min: '1MiB', max: '1024TiB' }).prefault('5GiB').meta({
      description: 'What one member may keep, unless set for the member.',
      reload: 'live',
    }),
    connectionsPerAddress: whole(1, 100_000).prefault(100).meta({
      description: 'Connections that one remote address may hold.',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'How much one member or one address may take.' });

export const logSlice = z
  .strictObject({
    level: z.enum(['error', 'warn', 'info', 'debug', 'trace']).prefault('info').meta({
      description: 'The least severe lines that are written. No level writes the content of messages.',
      reload: 'live',
    }),
    format: z.enum(['auto', 'json', 'pretty']).prefault('auto').meta({
      description: 'auto is pretty on a terminal and JSON lines elsewhere.',
      reload: 'restart',
    }),
    wire: z.array(z.enum(doorNames)).max(100).prefault([]).meta({
      description:
        'Doors whose conversations are recorded in wire.jsonl of the data folder, secrets and content masked, to find a fault.',
      form: 'a list of doors such as [imap, smtp]',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'Logs, on standard error.' });
