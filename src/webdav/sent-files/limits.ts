/** Numbers that are tried for a name that is taken. */
export const sentNamesMax = 1_000;
