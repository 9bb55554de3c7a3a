import type { AccountsService } from '../accounts/index.ts';
import type { Clock } from '../base/index.ts';
import { type Coop, type CoopMail, openCoop, rulesOf } from '../coop/index.ts';
import { readIban } from '../formats/iban/index.ts';
import { composeText } from '../formats/mime/index.ts';
import { loadCountry, type MycoSettings } from '../settings/index.ts';
import type { BlobStore, Database } from '../storage/index.ts';
import type { OutboxWriter } from '../stores/outbox/index.ts';
import type { TrustStore } from '../stores/trust/index.ts';

export interface CoopParts {
  readonly settings: MycoSettings;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly trust: Pick<TrustStore, 'secret'>;
  readonly outbox: OutboxWriter;
  readonly accounts: Pick<AccountsService, 'accounts'>;
}

/** The co-op's money by a clock: its own always, but where a demonstration lives through a year, with salts made of its seed. */
export type CoopAt = (clock: Clock, saltSeed?: string) => Coop;

/** Opens the rooms of the co-op over what is open already, with the rules of its country and its accounts at banks. */
export function openCoopRooms(parts: CoopParts): CoopAt {
  const { database, blobs, trust } = parts;
  const { coop } = parts.settings;
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
      ...{ languages: coop.languages, mail: (mail) => sendMail(parts, clock, mail) },
      legal: { name, address, registration, vatNumber },
    });
}

/** To a mailbox here, by the outbox; a mail that nobody answers to and no notice is sent about. */
async function sendMail(
  { settings, outbox, accounts }: CoopParts,
  clock: Clock,
  mail: CoopMail,
): Promise<void> {
  const { name, domain } = settings.coop;
  const member = await accounts.accounts.member(mail.account);
  if (member === null) return;
  const { bytes, headerLength } = composeText({
    from: { name, address: `postmaster@${domain}` },
    ...{ to: member.address, subject: mail.subject, text: mail.text },
    ...{ id: `${mail.id}.coop@${domain}`, nowMs: clock.nowMs() },
  });
  // Last: only `enqueue` lets go of what was staged.
  const blob = await outbox.stage(bytes, Number.MAX_SAFE_INTEGER);
  await outbox.enqueue({
    ...{ account: 0, kind: 'notification', sender: '' },
    options: { body: '7BIT', utf8: isUtf8(member.address), ret: null, envid: null, tls: null },
    ...{ head: '', blob, headerLength },
    recipients: [{ address: member.address, notify: ['NEVER'], orcpt: null }],
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const isUtf8 = (address: string): boolean => !/^[\x00-\x7f]*$/.test(address);
