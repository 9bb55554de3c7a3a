import { emailObjectId } from '../../stores/mail/index.ts';
import type { Extension } from '../features.ts';
import { contentItem, type ItemPlan, rowItem } from '../fetch/plan.ts';
import type { Decoder } from '../wire/index.ts';

const emailIdItem: ItemPlan = contentItem((out, { content }) => out.raw(`EMAILID (${content.objectId})`));
/** RFC 8474 §5.2: a server that keeps no threads says so of every message. */
const threadIdItem: ItemPlan = rowItem((out) => out.raw('THREADID NIL'));

/** RFC 8474 §7 objectid. */
function parseObjectId(decoder: Decoder): string {
  decoder.sp();
  const start = decoder.offset;
  const id = decoder.astring('an object id');
  return /^[A-Za-z0-9_-]{1,255}$/.test(id) ? id : decoder.fault('that is no object id', start);
}

/**
 * OBJECTID: mailboxes and messages keep their ids wherever they go; copies are of one EMAILID. The MAILBOXID of CREATE:
 * commands/create.ts.
 */
export const objectidExtension: Extension = {
  rfc: 8474,
  name: 'OBJECTID',
  capabilities: ({ member }) => (member === null ? [] : ['OBJECTID']),
  fetchItems: [
    { name: 'EMAILID', parse: () => null, plan: () => emailIdItem },
    { name: 'THREADID', parse: () => null, plan: () => threadIdItem },
  ],
  searchKeys: [
    {
      name: 'EMAILID',
      parse: parseObjectId,
      judge: (id, { account }) => ({
        cost: 'row',
        test: ({ row }) => emailObjectId(account, row.email) === id,
      }),
    },
    { name: 'THREADID', parse: parseObjectId, judge: () => ({ cost: 'none', test: () => false }) },
  ],
  opened({ out }, _selected, { objectId }) {
    out.untagged('OK', { code: 'MAILBOXID', id: objectId }, 'the id of the mailbox'); // RFC 8474 §4.2
  },
  statusItems: [{ name: 'MAILBOXID', value: ({ objectId }) => `(${objectId})` }],
};
