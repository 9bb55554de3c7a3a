import { z } from 'zod';
import { duration, whole } from '../scalars.ts';

/** Recipients in a time; null is no limit. */
const recipients = (usual: number | null, description: string) =>
  whole(1, 10_000_000).nullable().prefault(usual).meta({ description, reload: 'restart' });

/** How mail waits for other servers, and how much of it one member may send. */
export const mailQueueSlice = z
  .strictObject({
    giveUpAfter: duration({ min: '1h', max: '30d' }).prefault('5d').meta({
      description: 'How long a message is tried before its sender is told that it did not arrive.',
      reload: 'restart',
    }),
    warnAfter: duration({ min: '5m', max: '30d' }).prefault('4h').meta({
      description: 'When a sender is told, once, that a message is not there yet.',
      reload: 'restart',
    }),
    connections: whole(1, 1000).prefault(50).meta({
      description: 'Connections to other servers at one time.',
      reload: 'restart',
    }),
    connectionsPerDestination: whole(1, 100).prefault(4).meta({
      description: 'Connections to one domain at one time.',
      reload: 'restart',
    }),
    memberPerHour: recipients(500, 'Recipients elsewhere that one member may write to in an hour.'),
    memberPerDay: recipients(2000, 'The same in a day.'),
    domainPerHour: recipients(
      null,
      'Recipients elsewhere that all members with addresses of one domain may write to in an hour.',
    ),
    domainPerDay: recipients(null, 'The same in a day.'),
  })
  .prefault({})
  .meta({ description: 'Mail that waits for other servers, and how much a member may send.' });
