/** Resources that one SEARCH answers. */
export const searchFoundMax = 1_000;
/** Resources that are looked at one by one where a collection cannot be asked. */
export const searchLookedMax = 20_000;
/** Operators of one DAV:where. */
export const searchOperatorsMax = 100;
/** Octets of one literal. */
export const searchLiteralBytesMax = 1_024;
/** Properties to order by. */
export const searchOrdersMax = 5;
