import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';

interface Args {
  readonly size: number;
  /** Numbers of batches, the newest messages being the first. */
  readonly from: number;
  readonly to: number | null;
}

/** RFC 10022 §3.1.4: a smaller batch would not be worth a command. */
const sizeMin = 500;

/**
 * UIDBATCHES: ranges of uids, the highest first, each with so many messages. They lie side by side and the last one
 * reaches down to 1, so that a message that is expunged meanwhile changes none of them.
 */
const uidBatches: Command<Args> = {
  name: 'UIDBATCHES',
  rfc: 'RFC 10022 §3.1',
  states: inMailbox,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    const size = decoder.nzNumber();
    if (!decoder.tryChar(' ')) return { size, from: 1, to: null };
    const from = decoder.nzNumber();
    decoder.char(':');
    return { size, from, to: decoder.nzNumber() };
  },
  async run(session, { size, from, to }, { tag }) {
    const { out, mailbox, limits } = session;
    if (to !== null && from > to) throw new Refusal('the first batch comes first', 'CLIENTBUG', 'BAD');
    if (size < sizeMin) throw new Refusal(`a batch holds at least ${sizeMin} messages`, 'TOOFEW');
    const { count } = mailbox.view;
    const all = Math.ceil(count / size);
    const last = Math.min(all, to ?? all);
    if (last - from + 1 > limits.uidBatchesMax) {
      throw new Refusal(`one answer tells ${limits.uidBatchesMax} batches; ask for some of them`, 'TOOMANY');
    }
    // The lowest message of each batch from the one before the first on; the last batch needs none.
    const places: number[] = [];
    for (let batch = Math.min(last, all - 1); batch >= Math.max(1, from - 1); batch--) {
      places.push(count - batch * size);
    }
    const lowest = (await mailbox.uidsAt(places)).reverse();
    await mailbox.knowEnd();
    if (from === 1) lowest.unshift(mailbox.view.lastUid + 1);
    out.data('UIDBATCHES').raw(` (TAG "${tag}")`);
    for (let batch = from; batch <= last; batch++) {
      const high = (lowest[batch - from] ?? 1) - 1;
      const low = batch === all ? 1 : (lowest[batch - from + 1] ?? 1);
      out.raw(`${batch === from ? ' ' : ','}${high === low ? high : `${high}:${low}`}`);
    }
    out.crlf();
    return ok('that is all');
  },
};

export const uidbatchesExtension: Extension = {
  rfc: 10022,
  name: 'UIDBATCHES',
  capabilities: ({ member }) => (member === null ? [] : ['UIDBATCHES']),
  commands: [uidBatches],
};
