/** Name spaces of rooms (XEP-0045 §15.1). */
export const mucNs = 'http://jabber.org/protocol/muc';
export const mucAdminNs = `${mucNs}#admin`;
export const mucOwnerNs = `${mucNs}#owner`;
export const mucConfigForm = `${mucNs}#roomconfig`;
export const mucInfoForm = `${mucNs}#roominfo`;
export const mucRequestForm = `${mucNs}#request`;
export const mucRegisterForm = `${mucNs}#register`;
export const registerNs = 'jabber:iq:register';
export const occupantIdNs = 'urn:xmpp:occupant-id:0';
export const directInviteNs = 'jabber:x:conference';
