import { FormatError } from '../../base/index.ts';
import type { Session } from '../session/session.ts';
import type { Extension, ParameterRule } from '../session/types.ts';
import { parseParameters } from '../wire/parameters.ts';
import { type Reply, reply } from '../wire/reply.ts';

/** Reads every parameter by the rule its extension declares. RFC 5321 §4.1.1.11: an unknown one is 555. */
export function readParameters<Options>(
  session: Session,
  text: string,
  rules: ReadonlyMap<string, { extension: Extension; rule: ParameterRule<Options> }>,
  options: Options,
): Reply | null {
  try {
    for (const [keyword, value] of parseParameters(text)) {
      const known = rules.get(keyword);
      if (!known || known.extension.ehlo(session) === null) {
        return reply(555, '5.5.4', `The parameter ${keyword} is not known`);
      }
      const refusal = known.rule.read(value, options, session);
      if (refusal) return refusal;
    }
    return null;
  } catch (error) {
    if (error instanceof FormatError) return reply(501, '5.5.4', error.message);
    throw error;
  }
}
