import { headerFields } from '../../formats/mime/index.ts';
import { claimsOfOurs } from '../checks/index.ts';
import { withoutFields } from '../delivery/header.ts';
import { inboundExtensions } from '../extensions/index.ts';
import { readTlsRequired } from '../extensions/require-tls.ts';
import { greetingDelayMsMax } from '../limits.ts';
import type { Door, SessionGuard } from '../session/types.ts';
import type { SmtpSettings } from '../settings.ts';
import { reply } from '../wire/reply.ts';
import { withoutLaundering } from './laundering.ts';
import { inboundStages, runHeaderStages } from './pipeline.ts';

const relayDenied = reply(550, '5.7.1', 'Mail for other domains is not taken from strangers');

/** The MX door: mail from anybody for our members. */
export function inboundDoor(
  settings: SmtpSettings,
  guard: (address: string) => SessionGuard | null = () => null,
): Door {
  return {
    name: 'smtp',
    lmtp: false,
    extensions: inboundExtensions,
    greetingDelayMs: Math.min(settings.greetingDelayMs, greetingDelayMsMax),
    guard,
    privilege: null,
    sender: async () => null,
    foreign: async () => relayDenied,
    async header(session, transaction, header) {
      const fields = headerFields(header);
      readTlsRequired(fields, transaction.options);
      const refuse = await runHeaderStages(inboundStages, { session, transaction, fields });
      if (refuse) return { refuse };
      const forged = await claimsOfOurs(session, fields);
      return { header: withoutFields(header, fields, ['return-path'], forged) };
    },
    inspect(session, transaction) {
      const inspection = session.services.checks?.inspect(session, transaction) ?? null;
      return inspection && withoutLaundering(inspection, session, transaction);
    },
  };
}
