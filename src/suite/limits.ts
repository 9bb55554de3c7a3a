/** What `log.wire` records before it stops. */
export const wireFileBytesMax = 64 * 1024 * 1024;
