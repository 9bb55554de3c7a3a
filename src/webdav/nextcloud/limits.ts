/** Octets of a line of the header of a part in a bulk upload, and lines of one header. */
export const partLineBytesMax = 16_384;
export const partHeaderLinesMax = 50;

/** Files of one bulk upload, and octets of one of them: larger ones have requests of their own. */
export const bulkFilesMax = 1_000;
export const bulkFileBytesMax = 64 * 1_048_576;

/** Octets of the body of a request to OCS or of a login. */
export const formBytesMax = 65_536;

/** Logins that wait for a browser, in all and from one address; and how long they wait. */
export const loginsMax = 10_000;
export const loginsPerAddressMax = 50;
export const loginMinutesMax = 20;

/** Names that the search for somebody to share with answers. */
export const shareesMax = 50;

/** An app that heard that there is no picture does not ask again for so long. */
export const noPictureSeconds = 3_600;
