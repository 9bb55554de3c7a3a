import { checkMsMax, spfLookupsMax, spfVoidLookupsMax } from './limits.ts';
import { mailauth } from './mailauth.ts';
import type { Questions } from './questions.ts';
import type { SpfVerdict } from './types.ts';
import type { Origin, SpfFound } from './verify.ts';

/** SPF of the envelope sender, or of the name in HELO where there is none (RFC 7208 §2.4). Never rejects. */
export async function checkSpf(origin: Origin, host: string, questions: Questions): Promise<SpfFound> {
  const identity = origin.sender === '' ? 'helo' : 'mfrom';
  try {
    const { domain, status, info } = await mailauth().spf({
      sender: origin.sender,
      ip: origin.ip,
      helo: origin.helo,
      mta: host,
      resolver: questions.ask,
      maxResolveCount: spfLookupsMax,
      maxVoidCount: spfVoidLookupsMax,
      maxElapsedTime: checkMsMax,
      strict: true,
    });
    return { result: status.result as SpfVerdict, domain, identity, info };
  } catch {
    // A name in HELO that is no name at all: nothing to ask for.
    return { result: 'none', domain: '', identity, info: 'spf=none' };
  }
}
