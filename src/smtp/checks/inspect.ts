import type { Clock } from '../../base/index.ts';
import { type Networks, parseNetworks, type Resolver } from '../../net/index.ts';
import type { Metrics } from '../../observability/index.ts';
import type { Session } from '../session/session.ts';
import type { Findings, Inspection, Transaction } from '../session/types.ts';
import { checkMsMax, policyMsMin, policyQuestionsMax, questionsMax } from './limits.ts';
import { mailauth, type Verifier } from './mailauth.ts';
import { checkCounters } from './metrics.ts';
import { decide } from './policy.ts';
import { Questions } from './questions.ts';
import { resultsField, resultsValue } from './results-field.ts';
import { checkSpf } from './spf.ts';
import { Split } from './split.ts';
import type { CheckSettings, DmarcObserver, Verdict } from './types.ts';
import { type Found, MessageVerifier } from './verify.ts';

/** Puts an ARC set on what goes on to others; '' where it cannot. */
export interface Sealer {
  seal(verifier: Verifier, found: Found, results: string): Promise<string>;
}

export interface ChecksOptions {
  readonly resolver: Resolver;
  /** coop.hostname: the authserv-id. */
  readonly hostname: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** As they stand now: they may change while the server runs. */
  readonly settings: () => CheckSettings;
  readonly observer: DmarcObserver | null;
  readonly sealer: Sealer | null;
}

/** What the MX door asks for each message. */
export interface Checks {
  inspect(session: Session, transaction: Transaction): Inspection;
}

/** Loads what verifies, which takes a moment: while starting. */
export function createChecks(options: ChecksOptions): Checks {
  mailauth();
  const counters = checkCounters(options.metrics);
  const { hostname } = options;
  const exempt = networksOf();
  return {
    inspect(session, transaction) {
      const settings = options.settings();
      if (exempt(settings).contains(session.connection.remote.address)) {
        return unchecked(resultsField(hostname, [], false));
      }
      const sealing =
        options.sealer !== null && transaction.recipients.some(({ others }) => others.length > 0);
      const origin = {
        ip: session.connection.remote.address,
        helo: session.hello?.name ?? '',
        sender: transaction.sender.address,
      };
      const questions = new Questions(options.resolver, questionsMax);
      const policyQuestions = new Questions(options.resolver, policyQuestionsMax);
      const expire = () => {
        questions.expire();
        policyQuestions.expire();
      };
      // While the body is on its way.
      const spf = checkSpf(origin, hostname, questions);
      const message = new MessageVerifier(questions, policyQuestions, origin.sender, sealing);
      const split = new Split(
        (header) => message.header(header),
        (piece) => message.body(piece),
      );
      return {
        write: (piece) => split.write(piece),
        abandon: expire,
        async end() {
          const started = options.clock.monotonicMs();
          const others = setTimeout(() => questions.expire(), checkMsMax - policyMsMin);
          const all = setTimeout(expire, checkMsMax);
          try {
            await split.end();
            const found = await message.finish(spf, settings.trustedSealers);
            const decision = decide(found, settings);
            const verdict: Verdict = { ...found.verdict, disposition: decision.disposition };
            transaction.verdict = verdict;
            const took = options.clock.monotonicMs() - started;
            counters.counted(verdict, took / 1000);
            tell(session, verdict, questions.count + policyQuestions.count, took);
            if (verdict.dmarc) options.observer?.observed(verdict.dmarc, verdict, origin.ip, origin.sender);
            const utf8 = transaction.options.utf8;
            return {
              refuse: decision.refuse,
              fields: resultsField(hostname, found.parts, utf8),
              forwardFields: await sealed(
                options.sealer,
                message,
                found,
                resultsValue(hostname, found.parts, utf8),
              ),
              junk: decision.junk,
            };
          } finally {
            clearTimeout(others);
            clearTimeout(all);
            expire();
          }
        },
      };
    },
  };
}

/** Parses the blocks again when they have changed, not for each message. */
function networksOf(): (settings: CheckSettings) => Networks {
  let last: { readonly blocks: readonly string[]; readonly networks: Networks } | null = null;
  return ({ exempt }) => {
    if (last?.blocks !== exempt) last = { blocks: exempt, networks: parseNetworks(exempt) };
    return last.networks;
  };
}

async function sealed(
  sealer: Sealer | null,
  { verifier }: MessageVerifier,
  found: Found,
  results: string,
): Promise<string> {
  if (sealer === null || !verifier?.seal) return '';
  return sealer.seal(verifier, found, results);
}

function unchecked(fields: string): Inspection {
  const findings: Findings = { refuse: null, fields, forwardFields: '', junk: false };
  return { write: () => {}, abandon: () => {}, end: async () => findings };
}

function tell(session: Session, verdict: Verdict, questions: number, took: number): void {
  session.log.info('smtp message checked', {
    spf: verdict.spf.result,
    dkim: verdict.dkim.map(({ result }) => result).join(' ') || 'none',
    arc: verdict.arc.result,
    dmarc: verdict.dmarc?.result ?? 'none',
    outcome: verdict.disposition.action,
    questions,
    durationMs: Math.round(took),
  });
}
