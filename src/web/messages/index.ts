/**
 * messages: what the pages say, one table per language, all with the keys of the English one. A text that needs a value
 * is a function of it. Nothing here is markup.
 */
import { en } from './en.ts';
import { fr } from './fr.ts';

export type Messages = {
  readonly [K in keyof typeof en]: (typeof en)[K] extends string ? string : (typeof en)[K];
};

const tables = { en, fr } as const satisfies Record<string, Messages>;

export type Language = keyof typeof tables;

export const languages = Object.keys(tables) as Language[];

export function messagesOf(language: Language): Messages {
  return tables[language];
}
