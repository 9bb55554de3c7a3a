import type { Extension } from '../features.ts';

/** SEARCH RETURN (SAVE) keeps its result in `Selected.saved`; '$' names it wherever a set of messages may stand. */
export const searchresExtension: Extension = {
  rfc: 5182,
  name: 'SEARCHRES',
  capabilities: ({ member }) => (member === null ? [] : ['SEARCHRES']),
};
