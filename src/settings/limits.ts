/** A configuration file larger than this is refused before it is parsed. */
export const fileBytesMax = 256 * 1024;
/** Sections inside sections; the deepest key of the schema is at 4. */
export const depthMax = 16;
/** Uses of anchors in one file, and how many values they may expand to (a billion laughs needs more). */
export const aliasesMax = 32;
export const aliasValuesMax = 1000;
/** Problems shown at once; the rest are counted. */
export const problemsShownMax = 100;
/** Characters of a wrong value repeated in an error. */
export const shownCharactersMax = 60;
/** Characters of one problem's sentence. */
export const messageCharactersMax = 500;
/** A mistyped key further than this from every valid one gets the list of valid keys instead of a guess. */
export const typoDistanceMax = 3;
