/**
 * webdav/locks: what a lock looks like to clients. What it forbids the room judges in its own transaction, by the tokens
 * that a request submits (`Visit.tokens`); whether the If header holds is judged before (`server/conditions.ts`).
 */
export { activeLockXml } from './active-lock.ts';
