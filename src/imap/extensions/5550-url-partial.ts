import type { Extension } from '../features.ts';

/** `;PARTIAL=` in the URLs of CATENATE, which takes some octets of a part (RFC 5550 §3.1, wire/url.ts). */
export const urlPartialExtension: Extension = {
  rfc: 5550,
  name: 'URL-PARTIAL',
  capabilities: ({ member }) => (member === null ? [] : ['URL-PARTIAL']),
};
