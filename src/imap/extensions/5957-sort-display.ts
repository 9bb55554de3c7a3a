import type { Extension } from '../features.ts';

/** SORT by DISPLAYFROM and DISPLAYTO: the keys are worked out at delivery, stores/mail/order/order.ts. */
export const sortDisplayExtension: Extension = {
  rfc: 5957,
  name: 'SORT=DISPLAY',
  capabilities: ({ member }) => (member === null ? [] : ['SORT=DISPLAY']),
};
