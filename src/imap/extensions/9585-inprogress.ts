import type { Extension } from '../features.ts';

/** INPROGRESS: commands that take long tell how far they are (session/progress.ts). */
export const inprogressExtension: Extension = {
  rfc: 9585,
  name: 'INPROGRESS',
  capabilities: ({ member }) => (member === null ? [] : ['INPROGRESS']),
};
