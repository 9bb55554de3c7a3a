import { headerFields } from '../../formats/mime/index.ts';
import { withoutFields } from '../delivery/header.ts';
import { lmtpExtensions } from '../extensions/index.ts';
import { lmtpStages, runHeaderStages } from '../inbound/pipeline.ts';
import type { Door } from '../session/types.ts';
import { reply } from '../wire/reply.ts';

const notHere = reply(550, '5.7.1', 'Only mail for members is delivered here');

/** LMTP (RFC 2033): another mail server on this machine hands over mail for our members. */
export const lmtpDoor: Door = {
  name: 'lmtp',
  lmtp: true,
  extensions: lmtpExtensions,
  greetingDelayMs: 0,
  privilege: null,
  sender: async () => null,
  foreign: async () => notHere,
  async header(session, transaction, header) {
    const fields = headerFields(header);
    const refuse = await runHeaderStages(lmtpStages, { session, transaction, fields });
    return refuse ? { refuse } : { header: withoutFields(header, fields, ['return-path']) };
  },
};
