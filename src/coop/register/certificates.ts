import { canonicalJson } from '../../formats/canonical-json/index.ts';
import { verifyInclusion } from '../../formats/merkle/index.ts';
import { readCheckpoint } from '../../formats/signed-note/index.ts';
import type { Actor } from '../acts/types.ts';
import { sha256 } from '../hash.ts';
import type { CoopHouse } from '../house.ts';
import type { Checkpoints } from '../ledger/checkpoints.ts';
import { leafOf } from '../ledger/scripts/tree.ts';
import type { Day } from '../ledger/types.ts';
import { coopOperations as operations } from '../store/module.ts';
import { demandOwn } from './asking.ts';
import { certificatePdf } from './certificate-pdf.ts';
import { registerLink, registerStart } from './chain.ts';
import { demandPast } from './check.ts';
import { termsOf } from './terms.ts';
import type { Certificate, CertificateBody, CertificateVerdict } from './types.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const codeCharacters = 24;

/** Five bits a character of the hash of all that the certificate says: what changes one word of it changes the code. */
export function codeOf(body: CertificateBody): string {
  const hash = sha256('coop-certificate/v1\0', canonicalJson(JSON.parse(JSON.stringify(body))));
  return Array.from({ length: codeCharacters }, (_, at) => alphabet[(hash[at] ?? 0) & 31]).join('');
}

/** Where, on the pages of the co-op, everybody who holds a code has it judged. */
export const verifyPath = (code: string): string => `/verify?code=${encodeURIComponent(code)}`;

/** Certificates of shares: as JSON with a proof, as PDF, and judged again by their code. */
export class Certificates {
  readonly #house: CoopHouse;
  readonly #checkpoints: Pick<Checkpoints, 'sign'>;

  constructor(house: CoopHouse, checkpoints: Pick<Checkpoints, 'sign'>) {
    this.#house = house;
    this.#checkpoints = checkpoints;
  }

  /** What somebody held at the end of a day; a member's own, or by `register.read`. Refuses with E_SHARES, E_DATE. */
  async issue(actor: Actor, a: { readonly person: number; readonly day: Day }): Promise<Certificate> {
    demandOwn(actor, a.person);
    const { database, coop, rules, legal, clock } = this.#house;
    demandPast(a.day, termsOf(this.#house).today);
    await this.#checkpoints.sign();
    const facts = await database.call(operations.registerCertificateFacts, a);
    const body: CertificateBody = {
      ...{ kind: 'coop-certificate/v1', coop, issuer: legal.name, currency: rules.currency },
      ...facts,
    };
    const certificate = { ...body, code: codeOf(body) };
    await database.call(operations.registerCertificateKeep, {
      ...{ code: certificate.code, person: a.person, said: certificate, at: clock.nowMs() },
    });
    return certificate;
  }

  /** The last ones of a person, the newest first. */
  async issuedTo(person: number): Promise<readonly Certificate[]> {
    const kept = await this.#house.database.call(operations.registerCertificatesOf, { person });
    return kept.map(({ said }) => said);
  }

  /** The same bytes each time. `url`: where the code is judged, or '' where there is no such page. */
  pdf(certificate: Certificate, url = ''): Promise<Buffer> {
    return certificatePdf(certificate, this.#house.legal, url);
  }

  /** Judges a code: what the certificate said, and whether the register says so still. Null: no such certificate was issued. */
  async verify(code: string): Promise<CertificateVerdict | null> {
    const { database } = this.#house;
    const kept = await database.call(operations.registerCertificate, { code: code.trim().toLowerCase() });
    if (kept === null) return null;
    const { code: __, ...body } = kept.said;
    const { member: person, day, movement } = body;
    const state = await database.call(operations.registerCertificateState, {
      person,
      day,
      seq: movement.seq,
    });
    const holds =
      state.shares === body.shares && state.uncalled === body.uncalled && state.hash === movement.hash;
    const isSound = codeOf(body) === kept.code && proofHolds(body, this.#house.coop);
    return { certificate: kept.said, holds: holds && isSound, sharesNow: state.now };
  }
}

/** Whether what a certificate says of itself fits together: movement, entry of the ledger, place in the signed tree. */
export function proofHolds(body: CertificateBody, coop: string): boolean {
  const { movement, entry, log } = body;
  const { before, hash, ...link } = movement;
  const start = movement.seq === 1 ? registerStart(coop).toString('hex') : before;
  if (registerLink(Buffer.from(start, 'hex'), link).toString('hex') !== hash) return false;
  if (entry.memo !== `${movement.seq} ${hash}`) return false;
  const checkpoint = readCheckpoint(log.note);
  if (checkpoint === null || checkpoint.size !== log.size) return false;
  return verifyInclusion(
    { leaf: leafOf(entry.hash), index: entry.seq - 1, size: log.size, root: checkpoint.root },
    log.proof.map((step) => Buffer.from(step, 'hex')),
  );
}
