import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { invoiceOf, issueCredit, issueInvoice, writtenInvoice } from './scripts/invoices.ts';
import { addParty, changeParty, partiesCheck, partyOf } from './scripts/parties.ts';

/** What the threads run for this room. */
export const partiesOperations = ({ read, scan, write }: CoopMake) => ({
  partiesAdd: write(addParty),
  partiesChange: write(changeParty),
  partiesInvoice: write(issueInvoice),
  partiesCredit: write(issueCredit),
  partiesParty: read(function* (q, a: { readonly id: number }) {
    const [row] = yield* run(q.partiesParty, { ...a });
    return row === undefined ? null : partyOf(row);
  }),
  partiesPage: scan(function* (q, a: { readonly after: number; readonly max: number }) {
    return (yield* run(q.partiesPage, { ...a })).map(partyOf);
  }),
  partiesInvoiceById: read(function* (q, a: { readonly id: number }) {
    const [row] = yield* run(q.partiesInvoice, { ...a });
    return row === undefined ? null : invoiceOf(row);
  }),
  partiesWritten: read(writtenInvoice),
  partiesInvoicesOpen: scan(function* (q, a: { readonly max: number }) {
    return (yield* run(q.partiesInvoicesOpen, { ...a })).map(invoiceOf);
  }),
  /** Of one party, or of all where it is 0. */
  partiesInvoices: scan(function* (
    q,
    a: { readonly party: number; readonly before: number; readonly max: number },
  ) {
    const rows =
      a.party > 0 ? yield* run(q.partiesInvoicesOf, { ...a }) : yield* run(q.partiesInvoicesPage, { ...a });
    return rows.map(invoiceOf);
  }),
  partiesReceipts: read((q, a: { readonly invoice: number }) => run(q.partiesReceiptsOf, { ...a })),
  partiesCheck: scan(partiesCheck),
});

/** What `myco verify` runs for this room. */
export const partiesChecks = <Check>({ partiesCheck: check }: { readonly partiesCheck: Check }) => [check];
