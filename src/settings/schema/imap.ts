import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { scalar } from '../scalars.ts';

/** Which names there are, the doors know; `myco config check` asks them. */
const capability = () =>
  scalar('a capability such as COMPRESS=DEFLATE', (value) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9=+.-]{0,99}$/.test(value)) throw new FormatError('');
    return value.toUpperCase();
  });

const capabilities = () => z.array(capability()).max(100);

const who = (words: string) =>
  scalar(words, (value) => {
    if (!/^[^\s\p{Cc}](?:[^\p{Cc}]{0,254}[^\s\p{Cc}])?$/u.test(value)) throw new FormatError('');
    return value;
  });

export const imapSlice = z
  .strictObject({
    without: z
      .strictObject({
        everyone: capabilities()
          .prefault([])
          .meta({ description: 'From all.', form: 'a list such as [COMPRESS=DEFLATE, AUTH=LOGIN]' }),
        accounts: z.record(who('an address'), capabilities()).prefault({}).meta({
          description: 'From whoever has logged in as one of these members.',
          form: 'lists by address such as { ana@coop.localhost: [COMPRESS=DEFLATE] }',
          flow: true,
        }),
        clients: z
          .record(who('a part of a name'), capabilities())
          .prefault({ Outlook: ['UIDONLY'] })
          .meta({
            description:
              'From programs whose name (RFC 2971) contains one of these, in capitals or not. What is written replaces the default.',
            form: 'lists by a part of the name such as { Outlook: [UIDONLY] }',
            flow: true,
          }),
      })
      .prefault({})
      .meta({
        description:
          'Capabilities kept from programs that go wrong with them: these are not told of them, and not obeyed in them. For sessions that begin after the change.',
        reload: 'live',
      }),
  })
  .prefault({})
  .meta({ description: 'IMAP.' });
