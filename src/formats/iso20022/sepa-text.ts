/** Letters of Europe that do not come apart into a letter and a mark. */
const whole: Readonly<Record<string, string>> = {
  ...{
    Æ: 'AE',
    æ: 'ae',
    Œ: 'OE',
    œ: 'oe',
    Ø: 'O',
    ø: 'o',
    ß: 'ss',
    Ł: 'L',
    ł: 'l',
    Đ: 'D',
    đ: 'd',
    Þ: 'TH',
    þ: 'th',
  },
  ...{ ı: 'i', '’': "'", '‘': "'", '–': '-', '—': '-', '&': '+', '@': '(at)', _: '-', '"': "'", '€': 'EUR' },
};

/** The characters that every bank takes (EPC217-08 §6.2): `a-z A-Z 0-9 / - ? : ( ) . , ' +` and space. */
const taken = /[a-zA-Z0-9/\-?:().,'+ ]/;

/**
 * A text in these characters, at most `max` of them: marks are dropped, what has no like becomes a dot. It does not begin or
 * end with a slash, nor has two in a row (EPC217-08 §6.2).
 */
export function sepaText(text: string, max: number): string {
  const plain = Array.from(text, (each) => whole[each] ?? each)
    .join('')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  const kept = Array.from(plain, (each) => (taken.test(each) ? each : /\s/.test(each) ? ' ' : '.')).join('');
  const tidy = kept
    .replace(/\/{2,}/g, '/')
    .replace(/ {2,}/g, ' ')
    .slice(0, max);
  return tidy.replace(/^[/ ]+|[/ ]+$/g, '');
}
