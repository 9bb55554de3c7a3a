/** Where invitations arrive. */
export const inboxName = 'inbox';

/** How what another shares is called in the home of who received it. */
export const receivedName = (owner: string, collection: number): string => `${owner}~${collection}`;
