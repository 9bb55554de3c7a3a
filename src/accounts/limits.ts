/** Every bound of this folder, unit last. What an operator may change is in settings.ts. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Octets of UTF-8; a longer one is refused before anything is computed from it. */
export const passwordBytesMax = 1024;
export const passwordCharactersMin = 8;
/** A user name is an address: 64 + '@' + 255 octets (RFC 5321 §4.5.3.1), with room for `%40` and quoting. */
export const usernameCharactersMax = 400;
export const memberNameCharactersMax = 200;
export const credentialNameCharactersMax = 100;
export const localPartBytesMax = 64;

export const appPasswordsPerMemberMax = 100;
export const appPasswordBits = 80;
export const signInTokensPerMemberMax = 5;
export const signInTokenBits = 130;
export const apiTokensPerMemberMax = 50;
export const apiTokenBits = 160;
export const apiTokenDaysMax = 366;
export const apiTokenScopesMax = 20;

export const aliasDepthMax = 8;
export const aliasTargetsMax = 500;
/** What one address may expand to in all. */
export const recipientsMax = 1000;
export const pageRowsMax = 500;

/** argon2id, the floor of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. */
export const argon2MemoryKiB = 19_456;
export const argon2Passes = 2;
export const argon2Lanes = 1;
export const argon2SaltBytes = 16;
export const argon2HashBytes = 32;
/** As many programs come back at once when the server starts again; the last of them waits about a minute. */
export const hashesWaitingMax = 2_000;

/** RFC 5802 §5.1 and RFC 7677 §4 ask for at least 4096. */
export const scramSha1IterationsCount = 10_000;
export const scramSha256IterationsCount = 15_000;
export const scramSaltBytes = 16;
/** Our part of the nonce (RFC 5802 §5.1). */
export const scramNonceBits = 128;

export const loginCacheEntriesMax = 20_000;
export const loginCacheMs = 30 * minuteMs;
/** How coarse "last used" is kept, so that polling clients write nothing. */
export const lastUsedCoarseMs = hourMs;

/** What a client is told to wait when too many passwords are being checked, or the database is gone. */
export const busyRetryMs = 2000;
/** How often a check starts again because the member's credentials changed under it. */
export const checkAttemptsMax = 3;

/** A token of an issuer; those that hold their claims in themselves take some KiB. */
export const tokenBytesMax = 8 * 1024;
/** How long an issuer's word counts at most: a token that it revokes opens nothing after that. */
export const tokenCacheMs = minuteMs;
export const tokenCacheEntriesMax = 5_000;
/** Questions to the issuer under way; one more is told to try again. */
export const introspectionsMax = 32;
export const introspectionMsMax = 5_000;
export const introspectionAnswerBytesMax = 64 * 1024;

export const throttleEntriesMax = 50_000;
/** Failures of one account from one remote address that cost nothing, and what each further one costs. */
export const pairFreeFailuresCount = 5;
export const pairBlockMs = 1000;
export const pairBlockMsMax = hourMs;
export const pairForgetMs = 5 * minuteMs;
/** Failures from one remote address, over all accounts. */
export const remoteFreeFailuresCount = 20;
export const remoteBlockMs = 1000;
export const remoteBlockMsMax = 15 * minuteMs;
export const remoteForgetMs = minuteMs;
/** Failures of one account over all addresses: they delay, they never refuse. */
export const accountFreeFailuresCount = 20;
export const accountDelayMs = 250;
export const accountDelayMsMax = 2000;
export const accountForgetMs = minuteMs;
