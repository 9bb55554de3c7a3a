/** Octets of one card unless who reads it says less: a photo of a few MiB in base64 fits. */
export const cardBytesMax = 8_388_608;
/** A group of 10,000 members is one card. */
export const propertiesPerCardMax = 20_000;
/** Octets of a value that a digest keeps; of what is longer (photos, long notes) it keeps that it is there. */
export const digestValueBytesMax = 512;
/** Octets of a whole digest; properties that do not fit are kept as being there. */
export const digestBytesMax = 8_192;
