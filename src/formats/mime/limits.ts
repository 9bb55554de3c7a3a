/** Nested multiparts and messages; a deeper one is described as one opaque part. */
export const partDepthMax = 50;
/** Parts of one message; what comes after them is one more part, opaque. */
export const partsMax = 1_000;
/** Bytes of one header block that are parsed; the rest is only counted. */
export const headerBytesMax = 1_048_576;
/** Bytes of all header blocks of one message that are parsed: bounds the stored structure. */
export const headerBytesTotalMax = 4_194_304;
/** Fields read from one header block. */
export const headerFieldsMax = 2_000;
/** Parameters of one Content-Type or Content-Disposition, continuations counted singly. */
export const parametersMax = 100;
/** Characters kept of one parameter value, Content-ID, Content-Description, MD5 or location. */
export const mimeValueCharsMax = 4_096;
/** Characters kept of one text field of an envelope. */
export const envelopeFieldCharsMax = 16_384;
/** Characters of a MIME type, subtype, encoding or disposition; longer is taken for absent. */
export const mimeTokenCharsMax = 127;
/** Bytes of a boundary (RFC 2046 §5.1.1 allows 70); with a longer one a multipart is opaque. */
export const boundaryBytesMax = 998;
/** Bytes of a line that may be a delimiter, its trailing white space counted; also of a field name. */
export const delimiterLineBytesMax = 2_048;
/** RFC 5322 §2.1.1: bytes of a line without its end; a longer one is noted as a defect, nothing else. */
export const lineBytesMax = 998;
/** Bytes of encoded text bodies, all parts together, that are kept to find a preview in. */
export const previewSourceBytesMax = 262_144;
/** RFC 8970 §3: characters of a preview. */
export const previewCharsMax = 200;
/** Characters of a base subject. */
export const baseSubjectCharsMax = 998;
/** Message ids kept of References: the first and the latest. */
export const referencesMax = 100;
/** Characters of a Date field that are read. */
export const dateCharsMax = 256;
/** Language tags of one Content-Language. */
export const languagesMax = 20;
/** Bytes of one line of quoted-printable that are held while a body is decoded in pieces. */
export const decodedLineBytesMax = 65_536;
