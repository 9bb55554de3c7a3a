/** Every bound of this folder, unit last. */

/** Of a request target, and of a Destination. RFC 9110 §4.1 asks for 8000 at least. */
export const targetBytesMax = 8_192;
export const pathSegmentsMax = 200;
/** One name as it is decoded, UTF-8; the rooms may take less. */
export const segmentBytesMax = 1_020;
/** RFC 4918 §10.4 sets none; each tag in it costs a look into the tree. */
export const ifHeaderBytesMax = 8_192;
export const ifResourcesMax = 50;
/** An If-Match or If-None-Match. */
export const etagsMax = 200;

/** A body that is XML: a PROPFIND of every property that there is takes 3 KiB, a multiget of 1,000 names some 100. */
export const xmlBodyBytesMax = 1_048_576;
export const xmlBodyElementsMax = 20_000;

/** What is held of a body that comes faster than it is stored. */
export const bodyAheadBytesMax = 262_144;
/** A client that sends nothing for so long is gone. */
export const bodyIdleMsMax = 60_000;
/** One that takes nothing of its answer for so long is cut off; who only paused goes on with a Range. */
export const answerIdleMsMax = 300_000;
/** After so long of waiting for bytes a client must have sent at least so many a second, over all of it. */
export const bodySlowMsMax = 120_000;
export const bodyBytesPerSecondMin = 256;
/** What a refused client may still send before the connection ends, and for how long. */
export const drainBytesMax = 4 * 1_048_576;
export const drainMsMax = 3_000;

/** A file up to this size leaves in one write with its head. */
export const smallFileBytesMax = 65_536;
/** Ranges of one GET; with more, all of it is answered (RFC 9110 §14.2). */
export const rangesMax = 16;
/** What is gathered of a 207 before it is sent. */
export const multiStatusChunkChars = 65_536;

/** RFC 4918 §10.7: a server may give less time than was asked for. */
export const lockSecondsMax = 86_400;
export const lockDefaultSeconds = 3_600;
export const lockOwnerBytesMax = 4_096;

/** A Basic or Bearer credential. */
export const credentialsBytesMax = 8_192;
export const slugBytesMax = 200;

/** Of one DAV:group-member-set. */
export const delegateHrefsMax = 200;
/** Registrations that one request may name as those which need not be told. */
export const quietRegistrationsMax = 100;
