import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import type { Folders } from '../define.ts';
import { domainName, path, scalar, text } from '../scalars.ts';

const language = () =>
  scalar('a language tag such as fr or pt-BR', (value) => {
    try {
      const [canonical] = Intl.getCanonicalLocales(value);
      if (canonical !== undefined) return canonical;
    } catch {
      // RangeError: not a BCP 47 tag; refused below like an empty one.
    }
    throw new FormatError('');
  });

export const coopSlice = (folders: Folders) =>
  z
    .strictObject({
      name: text(200).prefault('Exemple SCIC').meta({ description: 'The name members see.', reload: 'live' }),
      domain: domainName().prefault('coop.localhost').meta({
        description: 'The main domain; members are user@domain.',
        reload: 'restart',
      }),
      aliases: z.array(domainName()).max(1000).prefault([]).meta({
        description: 'More domains of the co-op.',
        form: 'a list of domain names',
        reload: 'restart',
      }),
      hostname: domainName().optional().meta({
        description: 'How this server names itself to others. Left out: mail. before the main domain.',
        sample: 'mail.coop.localhost',
        reload: 'restart',
      }),
      country: path(folders.config).prefault('countries/fr.yaml').meta({
        description:
          "The rules of the co-op's country: shares, votes, allocation, taxes. Relative to the folder of this file.",
        reload: 'restart',
      }),
      languages: z.array(language()).min(1).max(100).prefault(['fr', 'en']).meta({
        description: 'Languages offered, the preferred one first.',
        form: 'a list of language tags',
        reload: 'live',
      }),
    })
    .transform((coop) => ({ ...coop, hostname: coop.hostname ?? `mail.${coop.domain}` }))
    .prefault({})
    .meta({ description: 'Who this server is.' });
