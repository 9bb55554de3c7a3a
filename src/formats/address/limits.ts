/** RFC 5321 §4.5.3.1.1: octets of a local part, without its quoting. */
export const localPartBytesMax = 64;
/** RFC 5321 §4.5.3.1.2: octets of a domain in its ASCII form. */
export const domainBytesMax = 255;
/** RFC 1035 §2.3.4: octets of one label. */
export const labelBytesMax = 63;
/** Characters of SMTP mailbox text that are looked at before it is refused; quoting may double a local part. */
export const mailboxCharsMax = 1_024;
/** Mailboxes and groups read from one list; what follows is dropped. */
export const addressesMax = 5_000;
/** Pieces kept of one entry of a list; what follows, up to the next comma, is dropped. */
export const entryTokensMax = 1_000;
/** Nested comments; a deeper parenthesis is plain text of the comment. */
export const commentDepthMax = 50;
