import type { Extension } from '../session/types.ts';

/** Commands may come without waiting for replies; replies to them leave together. */
export const pipelining: Extension = {
  keyword: 'PIPELINING',
  rfc: 2920,
  title: 'Command Pipelining',
  ehlo: () => 'PIPELINING',
};
