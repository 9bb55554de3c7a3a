/** What is known of an email and a needle. */
export const verdicts = { unknown: 0, no: 1, yes: 2 } as const;
