/**
 * messages: what the pages say, in each language the keys of the English tables: the pages, those of the co-op's money, and a
 * sentence for every code by which the co-op refuses. A text that needs a value
 * is a function of it. Nothing here is markup.
 */
import type { Refusal } from '../../coop/index.ts';
import { coopEn } from './coop-en.ts';
import { coopFr } from './coop-fr.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { refusalsEn } from './refusals-en.ts';
import { refusalsFr } from './refusals-fr.ts';
import type { Texts } from './texts.ts';

export type Messages = Texts<typeof en & typeof coopEn>;

const tables = { en: { ...en, ...coopEn }, fr: { ...fr, ...coopFr } } as const satisfies Record<
  string,
  Messages
>;

export type Language = keyof typeof tables;

export const languages = Object.keys(tables) as Language[];

export function messagesOf(language: Language): Messages {
  return tables[language];
}

const refusals = { en: refusalsEn, fr: refusalsFr } as const satisfies Record<
  Language,
  Readonly<Record<Refusal, string>>
>;

/** Why the co-op refused, in words; the code stands behind them for who asks the treasurer. */
export const refusalText = (language: Language, code: Refusal): string =>
  `${refusals[language][code]} (${code})`;
