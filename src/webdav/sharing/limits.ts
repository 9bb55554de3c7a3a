/** Every bound of this folder, unit last. */

/** Receivers that one request names. */
export const receiversMax = 200;
