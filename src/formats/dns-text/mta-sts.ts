import { createHash } from 'node:crypto';
import { FormatError } from '../../base/index.ts';
import { policyLinesMax, stsMaxAgeSecondsMax } from './limits.ts';
import { checkVersion, readTags, shown } from './tags.ts';

export type StsMode = 'none' | 'testing' | 'enforce';

/** RFC 8461 §3.2. */
export interface StsPolicy {
  readonly mode: StsMode;
  /** Names of hosts, or `*.` before a domain; lower-case. */
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}

export function isSts(text: string): boolean {
  return /^v\s*=\s*STSv1\s*(;|$)/.test(text);
}

/** RFC 8461 §3.1: the id that changes with the policy. */
export function readStsRecord(text: string): { readonly id: string } {
  const tags = readTags(text);
  checkVersion(tags, 'STSv1');
  const id = tags.get('id');
  if (id === undefined) throw new FormatError('there is no id=');
  if (!/^[a-z0-9]{1,32}$/i.test(id))
    throw new FormatError(`id=${shown(id)} is not 1 to 32 letters and digits`);
  return { id };
}

/** With CRLF, as the RFC shows it. */
export function formatStsPolicy({ mode, mx, maxAgeSeconds }: StsPolicy): string {
  const hosts = mx.map((host) => `mx: ${host}`);
  return ['version: STSv1', `mode: ${mode}`, ...hosts, `max_age: ${maxAgeSeconds}`, ''].join('\r\n');
}

/** The id of a policy (§3.1): made of its text, so that it changes when the policy does and never else. */
export function stsPolicyId(policy: StsPolicy): string {
  return createHash('sha256').update(formatStsPolicy(policy)).digest('hex').slice(0, 20);
}

/** Unknown keys are passed over; of a key that may stand once the first counts (§3.2). */
export function readStsPolicy(text: string): StsPolicy {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.length > policyLinesMax) throw new FormatError(`more than ${policyLinesMax} lines`);
  const single = new Map<string, string>();
  const mx: string[] = [];
  for (const line of lines) {
    const match = /^([a-z0-9][a-z0-9_.-]{0,31}):[ \t]*([^\r\n]*?)[ \t]*$/i.exec(line);
    if (!match) throw new FormatError(`'${shown(line)}' is no line of the form key: value`);
    const [, key = '', value = ''] = match;
    if (key === 'mx') mx.push(readPattern(value));
    else if (!single.has(key)) single.set(key, value);
  }
  if (single.get('version') !== 'STSv1') throw new FormatError('there is no line version: STSv1');
  const mode = single.get('mode');
  if (mode !== 'none' && mode !== 'testing' && mode !== 'enforce')
    throw new FormatError('mode is none of enforce, testing, none');
  const age = single.get('max_age') ?? '';
  if (!/^\d{1,10}$/.test(age) || Number(age) > stsMaxAgeSecondsMax)
    throw new FormatError(`max_age is no number of seconds up to ${stsMaxAgeSecondsMax}`);
  if (mx.length === 0 && mode !== 'none') throw new FormatError('there is no line mx');
  return { mode, mx, maxAgeSeconds: Number(age) };
}

function readPattern(value: string): string {
  const pattern = value.toLowerCase();
  if (!/^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(pattern))
    throw new FormatError(`mx: '${shown(value)}' is no host name`);
  return pattern;
}

/** Whether a policy names a host; `*.` stands for one label (§4.1). */
export function stsPolicyMatches(policy: StsPolicy, host: string): boolean {
  const name = host.toLowerCase();
  const parent = name.slice(name.indexOf('.') + 1);
  return policy.mx.some((pattern) =>
    pattern.startsWith('*.') ? name.includes('.') && pattern.slice(2) === parent : pattern === name,
  );
}
