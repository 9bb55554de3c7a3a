import { domainToASCII } from 'node:url';
import { areRelated, isWithin } from '../../formats/address/index.ts';
import { headerFields } from '../../formats/mime/index.ts';
import { authorDomains } from '../inbound/authors.ts';
import { isTrusted } from './arc-trust.ts';
import { BodyFeed } from './body-feed.ts';
import { keyBitsMin } from './limits.ts';
import {
  type ArcResult,
  type DmarcAnswer,
  mailauth,
  type SignatureResult,
  type Verifier,
} from './mailauth.ts';
import type { Questions } from './questions.ts';
import { rowsOf, verifiable } from './rows.ts';
import { turn } from './turn.ts';
import type {
  ArcVerdict,
  DkimVerdict,
  DmarcFinding,
  DmarcVerdict,
  SignatureVerdict,
  SpfVerdict,
  Verdict,
} from './types.ts';

/** What the session knows of who sends. */
export interface Origin {
  readonly ip: string;
  readonly helo: string;
  /** Reverse-path, '' for none. */
  readonly sender: string;
}

export interface SpfFound {
  readonly result: SpfVerdict;
  readonly domain: string;
  readonly identity: 'mfrom' | 'helo';
  readonly info: string;
}

/** What was found, with the resinfos of Authentication-Results. */
export interface Found {
  readonly verdict: Omit<Verdict, 'disposition'>;
  readonly parts: readonly string[];
  readonly arc: ArcResult;
  /** DMARC was not asked all it needs because our own bounds were reached. */
  readonly ranOut: boolean;
}

/** Verifies the signatures of one message whose octets come in pieces. */
export class MessageVerifier {
  readonly #questions: Questions;
  readonly #policyQuestions: Questions;
  readonly #sender: string;
  readonly #sealing: boolean;
  readonly #feed: BodyFeed;
  #verifier: Verifier | null = null;
  #left: string | null = null;
  #authors: readonly string[] = [];

  /** `policyQuestions`: for DMARC alone, so that nothing else in a message can use them up. */
  constructor(questions: Questions, policyQuestions: Questions, sender: string, sealing: boolean) {
    this.#questions = questions;
    this.#policyQuestions = policyQuestions;
    this.#sender = sender;
    this.#sealing = sealing;
    this.#feed = new BodyFeed(() => this.#verifier?.bodyHashes.values() ?? []);
  }

  /** What a seal needs: the header, the chain, the hash of the body. Null before `finish`. */
  get verifier(): Verifier | null {
    return this.#verifier;
  }

  async header(header: Buffer): Promise<void> {
    const fields = headerFields(header);
    this.#authors = authorDomains(fields);
    // Its answers are there when the proofs are, however slow the name servers of those are.
    this.#evaluate([], [], null).catch(() => {});
    const rows = rowsOf(header, fields);
    const { rows: chosen, left } = verifiable(header, rows, this.#authors[0] ?? '');
    this.#left = left;
    const verifier = makeVerifier({
      resolver: this.#questions.ask,
      sender: this.#sender,
      minBitLength: keyBitsMin,
      // Honest signatures have selectors with an underscore and tags out of order; none of that helps who lies.
      strict: false,
      rejectRsaSha1: true,
      ...(this.#sealing ? { seal: {} } : {}),
    });
    await verifier.messageHeaders({ parsed: chosen, original: header });
    // A signature may cover fields that were left out as proofs of their own.
    verifier.headers = { parsed: rows, original: header };
    this.#verifier = verifier;
  }

  body(piece: Buffer): Promise<void> {
    return this.#feed.add(piece);
  }

  async finish(spf: Promise<SpfFound>, trustedSealers: readonly string[]): Promise<Found> {
    const verifier = this.#verifier;
    if (verifier === null) throw new Error('a message has no header, not even an empty one');
    await this.#feed.end();
    await verifier.finalChunk();
    const { arc: checkArc } = mailauth();
    const resolver = this.#questions.ask;
    const arc = await checkArc(verifier.arc, { resolver, minBitLength: keyBitsMin, strict: false });
    const sent = await spf;
    const passed = verifier.results.filter((one) => isWhole(one) && one.status.result === 'pass');
    const answered = await this.#evaluate(
      sent.result === 'pass' ? [sent.domain] : [],
      passed.map(({ id, signingDomain }) => ({ id: id ?? '', domain: signingDomain ?? '' })),
      arc,
    );
    const from = this.#authors[0] ?? '';
    const unknown = [
      ...(sent.result === 'temperror' ? [{ by: 'spf' as const, domain: sent.domain }] : []),
      ...verifier.results
        .filter(({ status }) => status.result === 'temperror')
        .map(({ signingDomain }) => ({ by: 'dkim' as const, domain: signingDomain ?? '' })),
    ];
    const dmarc = undecided(answered, from, unknown);
    return {
      verdict: {
        spf: { result: sent.result, domain: sent.domain, identity: sent.identity },
        dkim: verifier.results.flatMap(signatureVerdict),
        arc: {
          result: arc.status.result as ArcVerdict,
          trusted: isTrusted(arc, verifier.arc.chain, trustedSealers),
        },
        authors: this.#authors,
        dmarc: finding(dmarc, from),
      },
      parts: this.#parts(sent.info, verifier.results, arc, dmarc),
      arc,
      ranOut: this.#policyQuestions.ranOut,
    };
  }

  #evaluate(
    spfDomains: readonly string[],
    dkimDomains: readonly { id: string; domain: string }[],
    arcResult: ArcResult | null,
  ): Promise<DmarcAnswer> {
    return mailauth().evaluateDmarc({
      headerFrom: this.#authors.map((domain) => `author@${domain}`),
      fromFields: 1,
      spfDomains,
      dkimDomains,
      arcResult,
      resolver: this.#policyQuestions.ask,
      strict: true,
    });
  }

  #parts(
    spf: string,
    signatures: readonly SignatureResult[],
    arc: ArcResult,
    { response }: DmarcAnswer,
  ): string[] {
    const dkim = signatures.map(infoOf).filter((info) => info !== '');
    const parts = [spf, ...dkim];
    if (this.#left !== null) parts.push(`dkim=policy (${this.#left})`);
    if (arc.info !== undefined && arc.status.result !== 'none') parts.push(arc.info);
    if (response) parts.push(response.info);
    return parts;
  }
}

/** Each signature in a turn of its own: twenty of them are twenty times the work. */
function makeVerifier(
  options: ConstructorParameters<ReturnType<typeof mailauth>['DkimVerifier']>[0],
): Verifier {
  const { DkimVerifier } = mailauth();
  class PatientVerifier extends DkimVerifier {
    override async verifySignature(signature: object, fallback?: boolean): Promise<SignatureResult> {
      await turn();
      return super.verifySignature(signature, fallback);
    }
  }
  return new PatientVerifier(options);
}

// RFC 6376 §8.2: below what l= covers anybody may write anything, so such a signature speaks for no author.
function isWhole({ status }: SignatureResult): boolean {
  return (status.underSized ?? 0) === 0;
}

/** RFC 6376 §6.1.3 fails a body that has changed; the library calls it neutral. */
function resultOf({ status }: SignatureResult): DkimVerdict {
  return (status.comment === changedBody ? 'fail' : status.result) as DkimVerdict;
}

const changedBody = 'body hash did not verify';

function infoOf(one: SignatureResult): string {
  return (one.info ?? '').replace(/^dkim=neutral/, `dkim=${resultOf(one)}`);
}

function signatureVerdict(one: SignatureResult): SignatureVerdict[] {
  if (one.status.result === 'none') return [];
  const result = isWhole(one) ? resultOf(one) : 'policy';
  return [
    { domain: (one.signingDomain ?? '').toLowerCase(), selector: (one.selector ?? '').toLowerCase(), result },
  ];
}

/** A proof that could not be looked up. */
interface Unknown {
  readonly by: 'spf' | 'dkim';
  readonly domain: string;
}

/**
 * RFC 9989 §5.4: a message does not fail while a proof that could align with the author is not known for a temporary
 * error. Where the policy asks for nothing it may as well fail.
 */
function undecided(answer: DmarcAnswer, from: string, unknown: readonly Unknown[]): DmarcAnswer {
  const { response } = answer;
  if (!response) return answer;
  if (response.status.result !== 'fail' || (response.policy ?? 'none') === 'none') return answer;
  const mayAlign = ({ by, domain }: Unknown) => {
    const name = domainToASCII(domain).toLowerCase();
    if (name === '' || name === from) return name === from;
    if (response.alignment?.[by].strict) return false;
    return areRelated(name, from) || isWithin(name, response.domain);
  };
  if (!unknown.some(mayAlign)) return answer;
  return {
    ...answer,
    response: {
      ...response,
      status: { ...response.status, result: 'temperror' },
      info: response.info.replace(/^dmarc=fail/, 'dmarc=temperror'),
    },
  };
}

/** Whether `name` is `domain` or stands below it. */
function finding({ response }: DmarcAnswer, from: string): DmarcFinding | null {
  if (!response) return null;
  const { policy, alignment } = response;
  return {
    result: response.status.result as DmarcVerdict,
    from,
    policyDomain: response.policyDomain ?? '',
    record: response.rr ?? '',
    policy: policy === 'reject' || policy === 'quarantine' ? policy : 'none',
    p: response.p ?? '',
    sp: response.sp ?? '',
    np: response.np ?? '',
    testing: response.testMode ?? false,
    strict: { spf: alignment?.spf.strict ?? false, dkim: alignment?.dkim.strict ?? false },
    aligned: {
      spf: alignment?.spf.result !== undefined,
      dkim: alignment?.dkim.result !== undefined,
    },
  };
}
