/** In place of the value of a property: it would be larger than is answered (507, RFC 4918 §11.5). */
export const tooMuch = Symbol('too much');
