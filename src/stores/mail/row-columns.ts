import type { mailTables } from './tables.ts';

/** The columns of a `MessageRow`. */
export function rowColumns(m: (typeof mailTables)['postgres']['messages']) {
  return {
    uid: m.uid,
    modseq: m.modseq,
    flags: m.flags,
    keywords: m.keywords,
    received: m.received,
    receivedZone: m.receivedZone,
    saved: m.saved,
    size: m.size,
    email: m.email,
  };
}
