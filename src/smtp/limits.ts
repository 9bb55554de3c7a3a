/** RFC 5321 §4.5.3.1.4: a command line with its CRLF; extensions add to it what their RFC grants. */
export const commandLineBytes = 512;
/** RFC 4954 §4: the longest line of an AUTH exchange, and so the most a session ever holds of one line. */
export const authLineBytesMax = 12_288;
/** RFC 5321 §4.5.3.1.5: a reply line with code and CRLF. */
export const replyLineBytesMax = 512;
/** RFC 5321 §4.5.3.1.3; the local part has its limit in formats/address. */
export const pathBytesMax = 256;
/** What is skipped of an endless command line before the session is closed. */
export const skippedLineBytesMax = 65_536;
/** RFC 5321 §4.5.3.1.8 asks for at least 100. */
export const recipientsMax = 1_000;
/** Messages in one session, announced as MAILMAX (RFC 9422). */
export const messagesPerSessionMax = 1_000;
/** Commands without an accepted message between them; RCPT may come `recipientsMax` times. */
export const commandsBetweenMessagesMax = 2_500;
/** Replies of class 5 to commands, before 421. Refused recipients count too: address harvesting. */
export const errorsMax = 20;
export const authFailuresMax = 3;
/** RFC 5321 §4.5.3.2.7: a server waits at least five minutes for the next command. */
export const idleMs = 300_000;
/** A peer that must still authenticate gets less: net ends it after 60 s, so that it hears why first. */
export const unauthenticatedMs = 50_000;
/** Talk without a message, all of it. */
export const talkMsMax = 1_800_000;
/** One message, from 354 to its last byte. */
export const dataTransferMs = 3_600_000;
/** The longest pause before a greeting that may be configured. */
export const greetingDelayMsMax = 10_000;
/** Header bytes of one message; what is longer is refused. */
export const headerBytesMax = 1_048_576;
/** Fields of one header; fewer than formats/mime reads, so that none is overlooked. */
export const messageFieldsMax = 1_500;
/** A content line. RFC 5322 allows 998, real mail is longer. */
export const contentLineBytesMax = 1_048_576;
/** Held of a message in memory; what is longer waits in a file until it was looked at as a whole. */
export const spoolBytesMax = 262_144;
export const spoolReadBytes = 65_536;
/** Read and thrown away after a message turned out too large, before the session is closed. */
export const discardedBytesMax = 67_108_864;
/** How long a member's message may wait for its time (RFC 4865): 30 days. */
export const holdSecondsMax = 2_592_000;
/** A chunk of BDAT as long as this is no idle talk: a message may come in any number of them. */
export const chunkBytesMin = 1_024;
/** RFC 5321 §6.3: at least 100 Received fields before a loop is presumed. */
export const receivedMax = 100;
/** Times a message may have been here before; submitted, sent back by a list, forwarded and forwarded back is four. */
export const ownReceivedMax = 5;
/** Deliveries remembered because the sender was not told of them and will come again. */
export const rememberedDeliveriesMax = 20_000;
/** As long as a sender tries: whoever has it must not get it twice (RFC 5321 §4.5.4.1). */
export const rememberedMs = 5 * 86_400_000;
/** Replies kept back while pipelined commands wait (RFC 2920 §3.2). */
export const batchedReplyBytesMax = 16_384;
/** How long the peer may take to end its side after we said 221 or 421. */
export const closeMs = 2_000;
/** What our own Return-Path, Received and missing fields may add to a message; not counted against its sender. */
export const traceBytesMax = 4_096;
/** Octets of an invitation as it is encoded in a mail; of a longer one the mail is just mail. */
export const invitationBytesMax = 1_500_000;
/** Parts among which an invitation is looked for. */
export const partsLookedAtMax = 50;
