import { messagesPerSessionMax, recipientsMax } from '../limits.ts';
import type { Extension } from '../session/types.ts';

/** Says how many recipients and messages a session may bring. */
export const limits: Extension = {
  keyword: 'LIMITS',
  rfc: 9422,
  title: 'The LIMITS Extension',
  ehlo: () => `LIMITS MAILMAX=${messagesPerSessionMax} RCPTMAX=${recipientsMax}`,
};
