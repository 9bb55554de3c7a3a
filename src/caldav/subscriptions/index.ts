/**
 * subscriptions: calendars that this server reads from elsewhere (CS:source). Nobody writes into them; what changed there is
 * applied item by item; what cannot be read leaves what was. Where it may be read from is judged by `net` (THREATS 15).
 */
export { Subscriptions, type SubscriptionsHouse } from './refresher.ts';
export { sourceProperty } from './source.ts';
