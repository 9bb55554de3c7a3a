/** Domains whose policy is kept. */
export const policiesMax = 50_000;
