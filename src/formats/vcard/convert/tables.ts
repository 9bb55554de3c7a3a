/** Addresses of messengers: what version 3.0's clients call them, and the scheme of IMPP (RFC 4770). */
export const messengers: readonly (readonly [name: string, scheme: string])[] = [
  ['X-JABBER', 'xmpp'],
  ['X-AIM', 'aim'],
  ['X-ICQ', 'icq'],
  ['X-MSN', 'msnim'],
  ['X-YAHOO', 'ymsgr'],
  ['X-SKYPE', 'skype'],
  ['X-GADUGADU', 'gg'],
  ['X-GROUPWISE', 'groupwise'],
  ['X-SIP', 'sip'],
];

/** Apple's labels of relations and what RFC 6350 §6.6.6 has for them; the label stays beside, so nothing is lost. */
export const relations: readonly (readonly [label: string, type: string])[] = [
  ['Spouse', 'spouse'],
  ['Partner', 'sweetheart'],
  ['Child', 'child'],
  ['Son', 'child'],
  ['Daughter', 'child'],
  ['Parent', 'parent'],
  ['Father', 'parent'],
  ['Mother', 'parent'],
  ['Brother', 'sibling'],
  ['Sister', 'sibling'],
  ['Friend', 'friend'],
  ['Manager', 'contact'],
  ['Assistant', 'agent'],
];

/** Labels that Apple translates for whoever reads them. */
export const appleLabel = (label: string): string => `_$!<${label}>!$_`;

/** What older clients write -> RFC 6350 §6.2.7. */
export const genders: ReadonlyMap<string, string> = new Map([
  ['male', 'M'],
  ['m', 'M'],
  ['female', 'F'],
  ['f', 'F'],
]);
