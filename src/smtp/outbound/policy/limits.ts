/** RFC 8461 §3.3: a policy file, and the time for it. */
export const stsPolicyBytesMax = 65_536;
export const stsFetchMsMax = 20_000;
/** §3.3: a policy that cannot be had is not asked for again at once. */
export const stsRetryMs = 300_000;
/** A policy in use is fetched again when it is this old, or half of its own age: §3.3 wants that done before it ends. */
export const stsRefreshMs = 86_400_000;
/** Policies, and domains whose policy could not be had, that are held in memory. */
export const stsPoliciesMax = 5_000;
/** TLSA records used of one host. */
export const tlsaRecordsMax = 30;
