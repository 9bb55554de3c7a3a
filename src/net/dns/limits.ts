/** One question, whatever is tried to have it answered; the answers of tests come sooner. */
export const questionMsMax = 10_000;
/** One server's time in the first round; twice that in the second and later ones. */
export const attemptMs = 2_000;
/** Rounds over all servers before a question is given up. */
export const roundsMax = 3;
/** Questions on the wire at once; more wait, within their `questionMsMax`. */
export const questionsAtOnceMax = 256;
export const questionsWaitingMax = 10_000;
/** RFC 6891 §6.2.5, and what passes everywhere without fragments. */
export const udpPayloadBytes = 1_232;
/** Datagrams that are not the answer, before one question is asked otherwise: somebody is guessing. */
export const strayDatagramsMax = 50;
/** Records used of one answer, in the order in which they came. */
export const recordsMax = 500;
/** CNAMEs followed from one name. */
export const aliasesMax = 10;
/** RFC 1035 §3.1: a name on the wire; as text without its final dot it has two less. */
export const nameBytesMax = 255;
/** Pointers followed within one name; a compressor needs one. */
export const namePointersMax = 16;
/** Answers remembered, by what they weigh. */
export const cacheBytesMax = 16 * 1024 * 1024;
/** However long a record says that it holds. */
export const ttlSecondsMax = 86_400;
/** RFC 2308 §5: that there is nothing is believed for up to three hours. */
export const negativeTtlSecondsMax = 10_800;
/** RFC 2308 §7: a failure is not asked for again at once. */
export const failureTtlSeconds = 5;
/** Rounds in a row in which no server said a word, before it is found out whether anybody is there. */
export const silentRoundsMax = 3;
/** Where nobody is, questions fail at once, and it is found out again when this has passed. */
export const probeMs = 30_000;
/** How often /etc/resolv.conf is looked at, at most. */
export const systemFilePollMs = 5_000;
/** resolv.conf(5) MAXNS. */
export const systemServersMax = 3;
