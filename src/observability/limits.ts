/** Characters kept of one text value in a log line; the rest is cut with an ellipsis. */
export const fieldCharsMax = 512;
/** Characters kept of an error's message. */
export const errorMessageCharsMax = 300;
/** Frames kept of an error's stack. */
export const errorFramesMax = 8;
/** Causes followed below an error. */
export const errorCausesMax = 3;
/** Bytes that may wait for a slow reader of standard error; later lines are dropped and counted, never awaited. */
export const logBufferBytesMax = 4 * 1024 * 1024;
/** Label combinations one metric may have; later ones are counted together under 'other'. */
export const seriesPerMetricMax = 500;
/** A health check that takes longer has failed. */
export const healthCheckMsMax = 2_000;
/** Characters of one line in a wire tap record. */
export const tapLineBytesMax = 1_024;
