/** Upload-Metadata as it comes, and its pairs. */
export const metadataBytesMax = 8_192;
export const metadataPairsMax = 32;
/** Uploads that one is put together from. */
export const concatenatedMax = 100;
/** Names of a path in it; the tree may take less. */
export const metadataNamesMax = 100;
