/** What `log.wire` records before it stops. */
export const wireFileBytesMax = 64 * 1024 * 1024;
/** After a change of members or groups lists of contacts are made anew this much later. */
export const directoryQuietMs = 1_000;
/** What an address book has changed of an own card is told this much later. */
export const cardsQuietMs = 1_000;
/** Groups of the co-op whose members are held in memory, for lists of contacts. */
export const heldGroupsMax = 1_000;
