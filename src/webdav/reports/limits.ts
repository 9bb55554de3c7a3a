/** Members that one sync-collection answers, page by page; the next one goes on from there (RFC 6578 §3.6), which not every
 * client knows: those that ask for no limit are told all of what one home can sensibly hold. */
export const syncRowsMax = 50_000;
/** How deep properties are followed from one to another, and how many resources are looked at for it. */
export const expandDepthMax = 4;
export const expandedResourcesMax = 500;
/** Characters of a name or address that have to be known before somebody is found by it. */
export const principalMatchCharactersMin = 2;
export const principalsFoundMax = 100;
/** Criteria of one search: where any will do, each looks through everybody. */
export const principalCriteriaMax = 20;
/** Those that one criterion finds before the others are looked at. */
export const principalCandidatesMax = 1_000;
/** Resources that are looked at for principal-match. */
export const matchedResourcesMax = 10_000;
