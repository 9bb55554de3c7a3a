import { z } from 'zod';
import { duration, size, whole } from '../scalars.ts';

export const filesSlice = z
  .strictObject({
    quota: size({ min: '1MiB', max: '1024TiB' }).prefault('10GiB').meta({
      description:
        'What one member’s files may take, unless set for the member. The trash and old versions are not counted.',
      reload: 'live',
    }),
    file: size({ min: '1MiB', max: '16TiB' }).prefault('50GiB').meta({
      description: 'The largest file taken.',
      reload: 'live',
    }),
    versions: z
      .strictObject({
        count: whole(0, 1_000).prefault(20).meta({
          description: 'Earlier contents kept of each file.',
          reload: 'live',
        }),
        age: duration({ min: '1h', max: '3650d' }).prefault('90d').meta({
          description: 'How long.',
          reload: 'live',
        }),
      })
      .prefault({})
      .meta({ description: 'What a file was before.' }),
    trash: duration({ min: '1h', max: '3650d' }).prefault('30d').meta({
      description: 'How long what was removed can be had back.',
      reload: 'live',
    }),
    kept: whole(0, 1_000).prefault(50).meta({
      description: 'What versions and trash may take together, percent of the quota; the oldest go first.',
      reload: 'live',
    }),
    links: z.enum(['everybody', 'nobody']).prefault('everybody').meta({
      description: 'Which members may make public links.',
      reload: 'live',
    }),
    nextcloud: z.enum(['on', 'off']).prefault('on').meta({
      description: 'Whether the apps of Nextcloud can be used.',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'Files (WebDAV).' });
