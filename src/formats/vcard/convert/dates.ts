const date = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const monthAndDay = /^--(\d{2})-?(\d{2})$/;
const time = /^(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** Apple writes a birthday without a year in a leap year that no one alive was born in, and names it in a parameter. */
export const omittedYear = '1604';

/** `1996-04-15T23:10:00-05:00` -> `19960415T231000-0500` (RFC 6350 §4.3); what is none of these stays. */
export function toBasic(value: string): string {
  const text = value.trim();
  const short = monthAndDay.exec(text);
  if (short) return `--${short[1]}${short[2]}`;
  const [day = '', clock] = text.split(/[T ]/);
  const found = date.exec(day);
  if (!found) return value;
  const written = `${found[1]}${found[2]}${found[3]}`;
  if (clock === undefined) return written;
  const at = time.exec(clock);
  return at ? `${written}T${at[1]}${at[2]}${at[3] ?? ''}${(at[4] ?? '').replace(':', '')}` : value;
}

/** `19960415T231000-0500` -> `1996-04-15T23:10:00-05:00`, as readers of version 3.0 have it; what is none of these stays. */
export function toExtended(value: string): string {
  const text = value.trim();
  const [day = '', clock] = text.split('T');
  const found = date.exec(day);
  if (!found) return value;
  const written = `${found[1]}-${found[2]}-${found[3]}`;
  if (clock === undefined) return written;
  const at = time.exec(clock);
  if (!at) return value;
  const zone = (at[4] ?? '').replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  return `${written}T${at[1]}:${at[2]}${at[3] === undefined ? '' : `:${at[3]}`}${zone}`;
}

/** Month and day of `--0203`; null for any other date. */
export function withoutYear(value: string): readonly [month: string, day: string] | null {
  const found = monthAndDay.exec(value.trim());
  return found ? [found[1] ?? '', found[2] ?? ''] : null;
}
