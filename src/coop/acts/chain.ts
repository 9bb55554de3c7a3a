import { canonicalJson, type JsonValue } from '../../formats/canonical-json/index.ts';
import { sha256 } from '../hash.ts';
import type { Decision } from './types.ts';

/** What is hashed of an act. */
export interface ChainedAct {
  readonly n: number;
  readonly at: number;
  readonly account: number;
  readonly member: number;
  readonly via: string;
  readonly roles: string;
  readonly verb: string;
  readonly subject: string;
  readonly key: string;
  readonly body: string;
}

/** What the first act follows. */
export const actsStart = '0'.repeat(64);

/** The hash of an act behind the one before, hex. */
export function actLink(before: string, act: ChainedAct): string {
  const { n, at, account, member, via, roles, verb, subject, key, body } = act;
  const json = canonicalJson({ n, at, account, member, via, roles, verb, subject, key, body });
  return sha256('coop-act/v1\0', Buffer.from(before, 'hex'), json).toString('hex');
}

/** Of what was asked, to tell a repetition from another thing under the same key. Numbers in it are whole. */
export const bodyHash = (body: JsonValue): string =>
  sha256('coop-body/v1\0', canonicalJson(body)).toString('hex');

/** What the act of a decision is the hash of: all that is recorded of it. */
export const decisionBody = ({ reference, kind, on, title, document }: Omit<Decision, 'act'>): JsonValue => ({
  ...{ reference, kind, on, title, document },
});
