/** Every bound of this folder, unit last. */

/** A registration lasts so long where its client asks for nothing; no server may allow less (webdav-push §3.4). */
export const registrationDefaultMs = 3 * 86_400_000;
/** What is asked for beyond that is cut. */
export const registrationMsMax = 14 * 86_400_000;
/** Of the address of a push service's resource. */
export const pushResourceBytesMax = 2_048;

/** Writes that come together are told together. */
export const gatherMs = 50;
/** One device hears of one place at most that often. */
export const pushEveryMs = 1_000;
/** Places that wait to be looked at; of more nothing is told. */
export const placesWaitingMax = 10_000;
/** Registrations that wait to be told; of more nothing is told. */
export const pushesWaitingMax = 100_000;
/** Requests to push services under way, and of them those for one member. */
export const pushesAtOnceMax = 32;
export const pushesPerMemberMax = 4;
/** For one request, less than a server that stops has time; and its answer. */
export const requestMsMax = 6_000;
export const answerBytesMax = 65_536;
/** A push service keeps a message so long for a device that is off (RFC 8030 §5.2). */
export const messageSecondsMax = 86_400;

/** After the first failure; each further one doubles it. */
export const againMs = 10_000;
export const againMsMax = 30 * 60_000;
/** What a service asks for by Retry-After counts up to this. */
export const retryAfterMsMax = 60 * 60_000;
/** So many failures, one after the other, end a registration: about an hour and a half. */
export const failuresMax = 10;
/** A signed header is used again for messages to the same service. */
export const authorizationMs = 6 * 60 * 60_000;
export const authorizationsMax = 1_000;
