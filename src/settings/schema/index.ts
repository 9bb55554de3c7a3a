/**
 * schema: the slices of myco's configuration (CONTRACT.md) and the rules between them. A slice moves to the folder that
 * it configures once that folder wants it there; `mycoSlices` then takes it from there.
 */
import { defineSettings } from '../define.ts';
import { countryProblems } from './country.ts';
import { mycoRules } from './rules.ts';
import { mycoSlices } from './slices.ts';

export { type Door, doorNames, doors } from './doors.ts';
export type { Listener, Listeners } from './listeners.ts';
export type { Relay } from './mail.ts';
export type { MycoSettings } from './slices.ts';
export type { Database } from './storage.ts';
export type { Tls } from './tls.ts';

export const mycoSettings = defineSettings(mycoSlices, mycoRules, countryProblems);
