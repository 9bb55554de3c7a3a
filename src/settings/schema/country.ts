import { loadCountry } from '../country/load.ts';
import type { Whereabouts } from '../define.ts';
import { type Problem, SettingsError } from '../problems.ts';
import type { MycoSettings } from './slices.ts';

/** What is wrong with the country's file and with the values that this co-op sets otherwise. */
export function countryProblems({ coop }: MycoSettings, place: Whereabouts): readonly Problem[] {
  try {
    loadCountry(coop, place);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}
