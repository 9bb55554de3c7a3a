/** One request on the admin socket, as a line of JSON. */
export const requestBytesMax = 1024 * 1024;
/** One line of an answer: the longest is a list of all members. */
export const answerBytesMax = 64 * 1024 * 1024;
/** Commands that one server runs at once; one more is closed unheard. */
export const adminConnectionsMax = 16;
/** How long a connection may take to send its request. */
export const requestMsMax = 10_000;
/** How long a draining server waits for a client to read the answer to its command. */
export const answerMsMax = 1000;
/** A password that is piped in, its line ending included. */
export const stdinBytesMax = 64 * 1024;
/** A message in a file that is imported; larger ones are named and passed over. */
export const importMessageBytesMax = 128 * 1024 * 1024;
/** Messages appended in one transaction. */
export const importBatchMax = 100;
/** Bytes of messages held for one transaction. */
export const importBatchBytesMax = 16 * 1024 * 1024;
/** RFC 1035 §3.3: octets of one character string in a TXT record. */
export const stringOctetsMax = 255;
/** Seconds for which others may remember what `myco dns show` prints. */
export const ttlSeconds = 3600;
/** How long the policy file of a domain may take to come. */
export const policyMsMax = 10_000;
/** RFC 8461 §3.3: a policy file; larger ones are not read. */
export const policyBytesMax = 64 * 1024;
/** How long one of our own doors may take to answer while it is tested. */
export const smtpMsMax = 30_000;
/** What a line of an SMTP reply may have (RFC 5321 §4.5.3.1.5 allows 512 octets). */
export const replyLineBytesMax = 4096;
/** How long a message to somewhere else is followed. */
export const followMsMax = 120_000;
/** How often the outbox is looked at meanwhile. */
export const followPollMs = 200;
/** How long a receipt of ours may take once the message has left. */
export const receiptMsMax = 3_000;
/** Rows of one member that are looked through for it. */
export const followRowsMax = 1000;
/** Names of a folder that are read at once. */
export const filesPageRows = 500;
/** Items put in one transaction of an import, and their bytes. */
export const importBatchItemsMax = 100;
export const importItemsBatchBytesMax = 2 * 1024 * 1024;
/** What an import tells of what it refused; all of it is counted. */
export const importRefusedShownMax = 10_000;
/** VTIMEZONEs that are remembered of one file. */
export const importZonesMax = 2_000;
/** Characters of components that wait for others of their UID; the file is read again for more. */
export const importHeldCharactersMax = 4 * 1024 * 1024;
/** A password that is typed on the terminal. */
export const typedCharactersMax = 1024;
/** People whom a demonstration invents. */
export const demoMembersMax = 5_000;
/** Of why a room to talk in has ended. */
export const roomReasonCharactersMax = 500;
