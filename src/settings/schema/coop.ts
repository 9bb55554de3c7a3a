import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import type { Folders } from '../define.ts';
import { domainName, path, scalar, text, whole } from '../scalars.ts';

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

/** An account at a bank; whether its number is right is looked at by who knows such numbers. */
export interface BankSetting {
  readonly iban: string;
  /** Null: the bank finds it out by the IBAN. */
  readonly bic: string | null;
}

const bankForm =
  'an IBAN such as FR76 9999 9999 9900 0000 0000 056, with ", AGRIFRPP" behind it where the bank asks for its BIC';
const bank = () =>
  scalar(bankForm, (value): BankSetting => {
    const [, iban, bic = null] =
      /^([A-Z]{2}[A-Z0-9 -]{8,50})(?:, *([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?))?$/.exec(value) ?? [];
    if (iban === undefined) throw new FormatError('');
    return { iban, bic };
  });
const bankName = () =>
  scalar('a short name in small letters such as main', (value) => {
    if (!/^[a-z][a-z0-9-]{0,29}$/.test(value)) throw new FormatError('');
    return value;
  });

/** What its bank takes in a file of transfers. */
const transfers = () =>
  z
    .strictObject({
      perFile: whole(1, 100_000).prefault(100_000).meta({
        description:
          'Transfers that the bank takes in one file. What is more waits for the next payment run.',
      }),
      batch: z.boolean().prefault(true).meta({
        description: 'Whether the bank books a file as one line of its statement; else each transfer is one.',
      }),
    })
    .prefault({})
    .meta({ description: 'Files of transfers, as the bank takes them.', reload: 'restart' });

/** Who the co-op is in law: what its invoices and certificates say. */
const legal = () =>
  z
    .strictObject({
      name: text(200).optional().meta({
        description: 'The name in the register of companies. Left out: the name that members see.',
        sample: 'Exemple SCIC SA',
      }),
      address: z.array(text(70)).max(4).prefault([]).meta({
        description: 'The registered office, in lines, without the country.',
        form: 'a list of at most 4 lines',
      }),
      registration: text(100).optional().meta({
        description: 'Where and under which number it is registered.',
        sample: 'RCS Paris 123 456 789',
      }),
      vatNumber: text(20).optional().meta({
        description: 'Its number for VAT.',
        sample: 'FR40123456789',
      }),
    })
    .prefault({})
    .meta({ description: 'Who the co-op is in law: on invoices and certificates.', reload: 'restart' });

/** A file, or the word for one of `countries/`. */
const country = (folder: string) =>
  z
    .string({ error: 'expected a word such as it, or a path' })
    .transform((value) => (/^[a-z]{2}(-[a-z]{2,10})?$/.test(value) ? `countries/${value}.yaml` : value))
    .pipe(path(folder))
    .meta({ form: 'a word such as fr or it, or a path' });

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
      country: country(folders.config).prefault('countries/fr.yaml').meta({
        description:
          "The rules of the co-op's country: a word such as it, or a file, relative to the folder of this one. Where it is not there, the file of its name that comes with myco is read.",
        reload: 'restart',
      }),
      banks: z.record(bankName(), bank()).prefault({}).meta({
        description:
          "The co-op's accounts at banks by the names that they have in the ledger (main is bank:main), the one that pays first. Left out: no statement is imported and no file is made for a bank.",
        form: 'IBANs by name such as { main: FR76 9999 9999 9900 0000 0000 056 }',
        flow: true,
        reload: 'restart',
      }),
      transfers: transfers(),
      legal: legal(),
      rules: z
        .record(z.string(), z.unknown())
        .prefault({})
        .meta({
          description:
            "Values of the country's file that the statutes of this co-op set otherwise. What the law does not allow is refused with its article.",
          form: 'keys and values as in the file of the country',
          sample: { shares: { max_per_member: 200 } },
          flow: true,
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
