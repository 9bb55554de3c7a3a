import type { Clock } from '../base/index.ts';
import { type Coop, openCoop, rulesOf } from '../coop/index.ts';
import { readIban } from '../formats/iban/index.ts';
import { loadCountry, type MycoSettings } from '../settings/index.ts';
import type { BlobStore, Database } from '../storage/index.ts';
import type { TrustStore } from '../stores/trust/index.ts';

export interface CoopParts {
  readonly settings: MycoSettings;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly trust: Pick<TrustStore, 'secret'>;
}

/** The co-op's money by a clock: its own always, but where a demonstration lives through a year, with salts made of its seed. */
export type CoopAt = (clock: Clock, saltSeed?: string) => Coop;

/** Opens the rooms of the co-op over what is open already, with the rules of its country and its accounts at banks. */
export function openCoopRooms({ settings: { coop }, database, blobs, trust }: CoopParts): CoopAt {
  const rules = rulesOf(loadCountry(coop));
  const banks = Object.entries(coop.banks).map(([name, { iban, bic }]) => ({
    name,
    iban: readIban(iban),
    bic,
  }));
  const { name = coop.name, address, registration = '', vatNumber = '' } = coop.legal;
  const { perFile, batch: isBatch } = coop.transfers;
  return (clock, saltSeed) =>
    openCoop({
      ...{ database, blobs, clock, rules, banks, saltSeed },
      ...{ coop: coop.domain, name: coop.name, secret: (name) => trust.secret(`coop-${name}`) },
      transfers: { perFile, isBatch },
      legal: { name, address, registration, vatNumber },
    });
}
