import { acceptLanguageBytesMax } from '../limits.ts';
import { type Language, languages } from '../messages/index.ts';

function known(tag: string): Language | undefined {
  const [primary] = tag.trim().toLowerCase().split('-');
  return languages.find((language) => language === primary);
}

/** RFC 9110 §12.4.2: a weight is 0 to 1 with three digits at most; one that is none counts as unwanted. */
function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=').map((half) => half.trim());
    if (name?.toLowerCase() === 'q')
      return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
  }
  return 1;
}

/**
 * The language of a page: of those that the co-op offers and these pages speak, the one the browser prefers
 * (Accept-Language, RFC 9110 §12.5.4), else the co-op's first, else English.
 */
export function chooseLanguage(accepted: string | null, offered: readonly string[]): Language {
  const spoken = [...new Set(offered.map(known).filter((language) => language !== undefined))];
  const usual = spoken[0] ?? 'en';
  let best: { language: Language; weight: number } | undefined;
  for (const range of (accepted ?? '').slice(0, acceptLanguageBytesMax).split(',')) {
    const [tag = '', ...parameters] = range.split(';');
    const language = tag.trim() === '*' ? usual : known(tag);
    if (language === undefined || !(spoken.includes(language) || language === usual)) continue;
    const weight = weightOf(parameters);
    if (weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? usual;
}
