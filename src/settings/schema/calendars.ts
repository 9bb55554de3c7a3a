import { z } from 'zod';
import { size } from '../scalars.ts';

export const calendarsSlice = z
  .strictObject({
    object: size({ min: '64KiB', max: '16MiB' }).prefault('1MiB').meta({
      description: 'The largest event or task taken.',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'Calendars (CalDAV).' });
