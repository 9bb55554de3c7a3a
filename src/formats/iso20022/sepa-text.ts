/** Letters of Europe that do not come apart into a letter and a mark; Greek as ELOT 743, Cyrillic as Bulgaria and ICAO 9303 write it. */
const small: Readonly<Record<string, string>> = {
  ...{ æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ŋ: 'n', ħ: 'h', ŧ: 't' },
  ...{ α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm' },
  ...{
    ν: 'n',
    ξ: 'x',
    ο: 'o',
    π: 'p',
    ρ: 'r',
    σ: 's',
    ς: 's',
    τ: 't',
    υ: 'y',
    φ: 'f',
    χ: 'ch',
    ψ: 'ps',
    ω: 'o',
  },
  ...{
    а: 'a',
    б: 'b',
    в: 'v',
    г: 'g',
    д: 'd',
    е: 'e',
    ж: 'zh',
    з: 'z',
    и: 'i',
    й: 'y',
    к: 'k',
    л: 'l',
    м: 'm',
  },
  ...{ н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh' },
  ...{ щ: 'sht', ъ: 'a', ь: 'y', ю: 'yu', я: 'ya', ы: 'y', э: 'e', є: 'ie', і: 'i', ґ: 'g' },
  ...{ ј: 'j', љ: 'lj', њ: 'nj', ћ: 'c', ђ: 'dj', џ: 'dz', ѕ: 'dz' },
};

const titled = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

const whole: Readonly<Record<string, string>> = {
  ...small,
  ...Object.fromEntries(Object.entries(small).map(([from, to]) => [from.toUpperCase(), titled(to)])),
  ...{ ß: 'ss', ẞ: 'SS', ı: 'i' },
  ...{ '’': "'", '‘': "'", ʼ: "'", '–': '-', '—': '-', '&': '+', '@': '(at)', _: '-', '"': "'", '€': 'EUR' },
};

/** The characters that every bank takes (EPC217-08 §6.2): `a-z A-Z 0-9 / - ? : ( ) . , ' +` and space. */
const taken = /[a-zA-Z0-9/\-?:().,'+ ]/;

const written = (text: string) => Array.from(text, (each) => whole[each] ?? each).join('');

/** With marks dropped and what has a like in the Latin alphabet written in it. */
const latin = (text: string) =>
  written(written(text.normalize('NFC')).normalize('NFD').replace(/\p{M}/gu, ''));

/**
 * A text in these characters, at most `max` of them: marks are dropped, what has no like becomes a dot. It does not begin or
 * end with a slash, nor has two in a row (EPC217-08 §6.2).
 */
export function sepaText(text: string, max: number): string {
  const kept = Array.from(latin(text), (each) =>
    taken.test(each) ? each : /\s/.test(each) ? ' ' : '.',
  ).join('');
  const tidy = kept
    .replace(/\/{2,}/g, '/')
    .replace(/ {2,}/g, ' ')
    .slice(0, max);
  return tidy.replace(/^[/ ]+|[/ ]+$/g, '');
}

/** Whether a name can be told by a bank: it has a letter or a digit, and no letter of it would become a dot. */
export function isSepaName(text: string): boolean {
  const plain = latin(text);
  return /[a-zA-Z0-9]/.test(plain) && !/[^a-zA-Z]/u.test(plain.replace(/\P{L}/gu, ''));
}
