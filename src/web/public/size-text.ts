const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** 1_234_567 -> `1.2 MB`, in the words of the language. */
export function sizeText(bytes: number, language: string): string {
  let [value, at] = [bytes, 0];
  while (value >= 1_000 && at < units.length - 1) {
    value /= 1_000;
    at++;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[at] ?? 'byte',
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: at === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}
