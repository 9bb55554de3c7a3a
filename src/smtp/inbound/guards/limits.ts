/** How long RCPT waits for all look-ups of a session together, from MAIL on. */
export const lookUpsMsMax = 4_000;
/** The part of it that may go by for look-ups that give points only: many honest addresses have a slow reverse zone. */
export const pointsMsMax = 1_000;
/** HELO and MAIL, each of which may ask the DNS, without a recipient of ours. */
export const fruitlessCommandsMax = 50;
/** The window over which messages and recipients are counted. */
export const windowMs = 3_600_000;
/** Addresses, and networks, that are counted at a time; the least recent are forgotten. */
export const countedMax = 50_000;
/** A network may do this many times what one address may. */
export const addressesPerNetworkMax = 8;
/** Answers held back at a time; beyond them the session is ended instead. */
export const tarpitsMax = 200;
/** The first delay of a tarpit; each unknown recipient doubles it. */
export const tarpitMs = 500;
/** Names of an address that are looked at. */
export const namesPerAddressMax = 5;
/** Points: no name for the address, or one that does not lead back to it (RFC 1912 §2.1). */
export const unnamedPointsCount = 3;
export const unconfirmedPointsCount = 2;
/** Points for a HELO name that cannot be true, or is none. */
export const falseHelloPointsCount = 3;
export const plainHelloPointsCount = 1;
/** Points for a sender to whom nobody can answer. */
export const deadSenderPointsCount = 4;
