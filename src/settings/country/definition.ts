import { defineSettings, type Values } from '../define.ts';
import { countryRules } from './law.ts';
import { countrySlices } from './slices.ts';

/** A country's file: the law and the statutes of one co-op, every value as it is written there. */
export const countryDefinition = defineSettings(countrySlices, countryRules);
export type CountryValues = Values<ReturnType<typeof countrySlices>>;
