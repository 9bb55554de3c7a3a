import type { Extension } from '../features.ts';
import { type ItemPlan, rowItem } from '../fetch/plan.ts';

export const modseqItem: ItemPlan = rowItem((out, { row }) => out.raw(`MODSEQ (${row.modseq})`));

/**
 * CONDSTORE: every change has a modseq. Any command that speaks of one switches it on, and from then on flag updates
 * carry it. UNCHANGEDSINCE: commands/store.ts; CHANGEDSINCE: commands/fetch.ts; the MODSEQ key: search/compile.ts.
 */
export const condstoreExtension: Extension = {
  rfc: 7162,
  name: 'CONDSTORE',
  capabilities: ({ member }) => (member === null ? [] : ['CONDSTORE']),
  enable: ['CONDSTORE'],
  fetchItems: [
    {
      name: 'MODSEQ',
      plan(_item, session) {
        session.enableCondstore();
        return modseqItem;
      },
    },
  ],
  statusItems: [
    {
      name: 'HIGHESTMODSEQ',
      // RFC 7162 §3.1.2.1: at least 1 where mod-sequences are kept.
      value: ({ highestModseq }) => Math.max(1, highestModseq),
      asked: (session) => session.enableCondstore(),
    },
  ],
  selectParameters: [
    {
      name: 'CONDSTORE',
      parse: () => null,
      apply: (session) => void session.enable('CONDSTORE'),
    },
  ],
};
