/** Contacts that one presence is brought to before others have a turn. */
export const contactsPerStepMax = 100;
/** Addresses that one session has told of itself beside its contacts: rooms, most of them. */
export const directedPerSessionMax = 1_000;
/** Resources of one contact of which an account knows. */
export const resourcesPerContactMax = 50;
/** Resources of contacts of which one account knows. */
export const resourcesPerHomeMax = 10_000;
/** Of what was said when an account was last there. */
export const statusCharactersMax = 200;
/** Addresses on other servers that one session has spoken to, and that may ask it. */
export const spokenToPerSessionMax = 500;
