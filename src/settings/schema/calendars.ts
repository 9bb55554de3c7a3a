import { z } from 'zod';
import { size } from '../scalars.ts';

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
  })
  .prefault({})
  .meta({ description: 'Calendars (CalDAV).' });
