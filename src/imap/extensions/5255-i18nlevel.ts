import type { Extension } from '../features.ts';

/** I18NLEVEL=1: SEARCH, SORT and THREAD compare by i;unicode-casemap, stores/mail/search/fold.ts (RFC 5255 §4.2). */
export const i18nlevelExtension: Extension = {
  rfc: 5255,
  name: 'I18NLEVEL',
  capabilities: ({ member }) => (member === null ? [] : ['I18NLEVEL=1']),
};
