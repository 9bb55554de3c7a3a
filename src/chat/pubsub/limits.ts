/** Items of one answer. */
export const itemsPerAnswerMax = 500;
/** Nodes whose last items one presence brings. */
export const notifiedNodesMax = 100;
/** Subscriptions by name to one node of an account. */
export const subscribersPerAccountNodeMax = 1_000;
/** Resources of contacts of which it is remembered what they were sent. */
export const contactsRememberedMax = 50_000;
