import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import type { Folders } from '../define.ts';
import { domainName, path, scalar, url } from '../scalars.ts';

export type Tls =
  | { readonly mode: 'self-signed' }
  | { readonly mode: 'files'; readonly cert: string; readonly key: string };

const modes = ['self-signed', 'files', 'acme'] as const;

const mailAddress = () =>
  scalar('a mail address', (value) => {
    const at = value.lastIndexOf('@');
    if (at < 1 || /[\s\p{Cc}]/u.test(value) || !domainName().safeParse(value.slice(at + 1)).success) {
      throw new FormatError('');
    }
    return value;
  });

/** `mode` may be left out: the section that is written tells it. */
export const tlsSlice = (folders: Folders) =>
  z
    .strictObject({
      mode: z.enum(modes).optional().meta({
        description:
          'self-signed makes a certificate authority in the data folder at first start; files reads the two below.',
        sample: 'self-signed',
      }),
      files: z
        .strictObject({
          cert: path(folders.config).meta({
            description: 'PEM file, leaf first. Relative to the folder of this file.',
            sample: 'tls/fullchain.pem',
          }),
          key: path(folders.config).meta({
            description: 'PEM file of its private key.',
            sample: 'tls/key.pem',
          }),
        })
        .optional()
        .meta({ description: 'Certificate files; read again when they change.' }),
      acme: z
        .strictObject({
          directory: url(['https']).meta({
            description: 'The directory of the certificate authority.',
            sample: 'https://acme-v02.api.letsencrypt.org/directory',
          }),
          email: mailAddress().meta({
            description: 'Whom the authority may write to.',
            sample: 'admin@coop.localhost',
          }),
        })
        .optional()
        .meta({ description: 'Certificates by ACME. Not available in this version.' }),
    })
    .transform((written, context): Tls => {
      const refuse = (key: 'mode' | 'files' | 'acme', message: string): Tls => {
        context.issues.push({ code: 'custom', message, path: [key], input: written });
        return z.NEVER;
      };
      const mode = written.mode ?? (written.files ? 'files' : written.acme ? 'acme' : 'self-signed');
      if (mode === 'acme') {
        const where = written.mode === undefined ? 'acme' : 'mode';
        return refuse(
          where,
          'certificates by ACME are not available in this version; use mode files or self-signed',
        );
      }
      if (written.acme) return refuse('acme', `an acme section cannot stand beside mode ${mode}`);
      if (mode === 'self-signed') {
        return written.files
          ? refuse('files', 'a files section cannot stand beside mode self-signed')
          : { mode };
      }
      if (!written.files) return refuse('mode', 'mode files needs a files section with cert and key');
      return { mode, cert: written.files.cert, key: written.files.key };
    })
    .prefault({ mode: 'self-signed' })
    .meta({ description: 'Certificates.', reload: 'live' });
