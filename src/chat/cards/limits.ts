/** Of a picture that chat shows; a card of an address book may have a larger one, which stays there. */
export const avatarBytesMax = 128 * 1024;
