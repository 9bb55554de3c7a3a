import { type HeaderField, headerFields } from '../../formats/mime/index.ts';
import { claimsOfOurs } from '../checks/index.ts';
import { withoutFields } from '../delivery/header.ts';
import { submissionExtensions } from '../extensions/index.ts';
import { readTlsRequired } from '../extensions/require-tls.ts';
import { authorsOf } from '../inbound/authors.ts';
import { runHeaderStages, submissionStages } from '../inbound/pipeline.ts';
import { replies } from '../replies.ts';
import type { Session } from '../session/session.ts';
import type { Door } from '../session/types.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { missingFields } from './complete.ts';

/** Submission (RFC 6409): mail of signed-in members, from addresses they own, to anybody. */
export const submissionDoor: Door = {
  name: 'submission',
  lmtp: false,
  extensions: submissionExtensions,
  greetingDelayMs: 0,
  privilege: 'mail:submit',

  // RFC 6409 §6.1. The null sender is let pass: notifications (RFC 8098) need it, From is checked all the same.
  async sender(session, sender) {
    return sender.address === '' ? null : notOwned(session, sender.address, 'sender');
  },

  async foreign(_session, transaction, path, options) {
    transaction.recipients.push({ address: path.address, options, targets: [], others: [path.address] });
    return null;
  },

  async header(session, transaction, header) {
    const fields = headerFields(header);
    readTlsRequired(fields, transaction.options);
    const refuse =
      (await runHeaderStages(submissionStages, { session, transaction, fields })) ??
      (await checkAuthors(session, fields));
    if (refuse) return { refuse };
    // RFC 5322 §3.6.3: nobody but the sender sees who was hidden.
    const open = withoutFields(
      header,
      fields,
      ['return-path', 'bcc', 'resent-bcc'],
      await claimsOfOurs(session, fields),
    );
    const added = missingFields(fields, session.services.settings.domain, session.services.clock);
    return { header: added === '' ? open : Buffer.concat([Buffer.from(added), open]) };
  },

  inspect: (session) => session.services.signer?.begin() ?? null,
};

async function notOwned(session: Session, address: string, what: string): Promise<Reply | null> {
  const { member } = session;
  if (member === null) return replies.localError;
  if (await session.services.accounts.owns(member.id, address)) return null;
  return reply(550, '5.7.1', `The ${what} <${address}> is not yours`);
}

/** RFC 6409 §6.1 and THREATS 13: one From; every address in From and Sender belongs to who signed in. */
async function checkAuthors(session: Session, fields: readonly HeaderField[]): Promise<Reply | null> {
  for (const name of ['From', 'Sender']) {
    const found = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
    const [only] = found;
    if (!only) {
      if (name === 'Sender') continue;
      return reply(550, '5.7.1', 'The message has no From field');
    }
    if (found.length > 1) return reply(550, '5.7.1', `The message has several ${name} fields`);
    const authors = authorsOf(only.value);
    if (authors === null) return reply(550, '5.7.1', `The ${name} field of the message cannot be read`);
    for (const author of authors) {
      const refusal = await notOwned(session, author, `${name} address`);
      if (refusal) return refusal;
    }
  }
  return null;
}
