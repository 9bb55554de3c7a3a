import { createGetHttps, type GetHttps, type Resolver } from '../../net/index.ts';
import { policyBytesMax, policyMsMax } from '../limits.ts';
import { recordsOf } from './ask.ts';

/** RFC 8461 §3.3: where others fetch it. */
const policyPort = 443;

/** The policy file of a domain as other servers fetch it (RFC 8461 §3.3); rejects with the reason why they cannot. */
export function policyFetcher(
  resolver: Resolver,
  get: GetHttps = createGetHttps(),
  port: number = policyPort,
) {
  return async (domain: string): Promise<string> => {
    const host = `mta-sts.${domain}`;
    const addresses = [...(await recordsOf(resolver.a(host))), ...(await recordsOf(resolver.aaaa(host)))];
    const { status, type, body } = await get({
      host,
      addresses,
      port,
      path: '/.well-known/mta-sts.txt',
      msMax: policyMsMax,
      answerBytesMax: policyBytesMax,
    });
    if (status !== 200) throw new Error(`the answer is ${status}, not 200`);
    if (type !== 'text/plain') throw new Error(`the answer is ${type || 'of no type'}, not text/plain`);
    return body.toString('utf8');
  };
}
