/** Different observations held before they are written down; more of them are written at once. */
export const pendingObservationsMax = 5_000;
/** How long one is held. */
export const flushEveryMs = 60_000;
/** Rows of one report that we send; what is rarer than that tells nobody anything. */
export const sentRowsMax = 10_000;
/** Addresses that one report is sent to. */
export const destinationsMax = 10;
/** Reports that are sent in one go; the others an hour later. */
export const reportsPerTurnMax = 500;
/** The time after which no further report is begun in one go. */
export const reportTurnMsMax = 240_000;
/** Days (UTC) on which a report is tried; one that fails on the last is given up. */
export const reportTriedDays = 2;
/** A message with a report of others. */
export const reportMessageBytesMax = 10_485_760;
/** What a report may be when it is unpacked. */
export const reportBytesMax = 16_777_216;
/** How many times longer it may grow: XML of equal rows shrinks well, though not as well as zeros. */
export const unpackedRatio = 150;
/** Below this no ratio is asked for. */
export const unpackedFreeBytes = 262_144;
/** JSON of the rows of one report; `receivedReportsMax` of them bound the table. */
export const keptBytesMax = 524_288;
/** Reports that are kept of one authenticated domain in a day (UTC). */
export const reportsOfDomainPerDayMax = 200;
/** Domains that are counted at a time; the least recent are forgotten. */
export const reportingDomainsMax = 10_000;
/** Parts of one message that are looked at. */
export const reportPartsMax = 20;
/** Octets of a report that are read in one turn of the event loop. */
export const readTurnBytes = 32_768;
/** Characters kept of any name in a report. */
export const reportTextCharsMax = 255;
/** Policies and failures of one TLS report that are read. */
export const tlsPoliciesMax = 100;
export const tlsFailuresMax = 1_000;
/** One report by POST, and what may be answered to it. */
export const postMs = 30_000;
export const postAnswerBytesMax = 65_536;
