import { z } from 'zod';
import { size } from '../scalars.ts';

export const contactsSlice = z
  .strictObject({
    card: size({ min: '64KiB', max: '64MiB' }).prefault('5MiB').meta({
      description: 'The largest contact taken, its photo with it.',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'Contacts (CardDAV).' });
