/** Every bound of this folder, unit last. */

/** A form or an autodiscover request; read no further than this. */
export const bodyBytesMax = 16_384;
export const acceptLanguageBytesMax = 1024;
/** After so long without a request the member signs in again. */
export const sessionMinutesMax = 30;
export const sessionsMax = 10_000;
/** More of one member end the oldest, so that nobody pushes others out. */
export const sessionsPerMemberMax = 20;
/** RFC 9116 §2.5.5: less than a year. */
export const securityTxtDays = 180;
export const assetCacheDays = 365;
export const discoveryCacheHours = 1;
/** Of one field of a form that brings files. */
export const partHeaderBytesMax = 8_192;
/** Files and other fields of one form. */
export const partsMax = 200;
/** Names on one page of a folder. */
export const listedRows = 200;
/** Numbers tried for a name that is taken. */
export const numberedNamesMax = 1_000;
/** Of a folder that becomes one archive: its names are held until the end. */
export const zipNamesMax = 100_000;
export const zipNameBytesMax = 16 * 1_048_576;
/** Names of a folder that are read at once for it. */
export const zipListedRows = 200;
/** Archives that are being sent, in all and to one network. */
export const zipsMax = 16;
export const zipsPerNetworkMax = 4;
/** Who takes nothing of one for so long is cut off; and how often it is asked whether they may still have it. */
export const zipIdleMsMax = 300_000;
export const zipStillMs = 1_000;
/** Octets of an address that is shown as a QR code: what a telephone reads from a screen without effort. */
export const pictureBytesMax = 500;
/** Of the code of a certificate as somebody typed it. */
export const certificateCodeCharactersMax = 64;
/** A statement of the bank that a page takes. */
export const statementBytesMax = 32 * 1_048_576;
