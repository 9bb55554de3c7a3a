/**
 * chat/push: clients that nobody hears are woken (XEP-0357): their app server is told that there is something, neither what nor
 * from whom.
 * - A client is woken for what a person is to see at once, where its session is gone or waits to be resumed.
 * - An app server that says that it knows no such client, or that fails so often in a row, is told nothing more.
 */
export { limits as pushLimits } from './limits.ts';
export { optionsText, type PushOptions, pushNs, registered, wake } from './wake.ts';
