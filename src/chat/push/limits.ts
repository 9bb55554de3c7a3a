/** Limits of waking clients. */
export const limits = {
  /** Of an app server to take what it is sent. */
  publishMsMax: 60_000,
  /** In a minute, for one client; what comes then is told with the next. */
  pushesPerMinuteMax: 30,
} as const;
