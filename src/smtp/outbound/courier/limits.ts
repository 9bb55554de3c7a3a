/** Waiting for another server (RFC 5321 §4.5.3.2). */
export const connectMs = 30_000;
/** Greeting, EHLO, STARTTLS and AUTH, all together. */
export const introductionMs = 300_000;
export const replyMs = 300_000;
/** RFC 5321 §4.5.3.2.6: the answer to the dot. */
export const finalReplyMs = 600_000;
/** One transaction, however fast its octets trickle. */
export const transactionMs = 3_600_000;
/** The answer to QUIT, and the end of the connection after it: a server that stops must not wait for others. */
export const goodbyeMs = 1_000;
/** One reply with all its lines. */
export const replyBytesMax = 65_536;
/** What is shown of a reply. */
export const answerCharsMax = 1_000;
