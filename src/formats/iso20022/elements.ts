import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../xml/index.ts';

/** What stands at the end of a path of names, by the first of each name; '' where nothing does. */
export const textAt = (element: XmlElement | undefined, ...path: readonly string[]): string =>
  within(element, ...path)?.text.trim() ?? '';

export function within(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let at = element;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

export const all = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** Cents of an amount that is written with a point and up to five digits behind it (ActiveOrHistoricCurrencyAndAmount). */
export function centsOf(element: XmlElement | undefined, sign: number): number {
  const text = element?.text.trim() ?? '';
  const [, whole = '', digits = ''] = /^(\d{1,13})(?:\.(\d{1,5}))?$/.exec(text) ?? [];
  if (whole === '' || /[1-9]/.test(digits.slice(2)))
    throw new FormatError(`'${text.slice(0, 40)}' is no amount in whole cents`);
  return sign * (Number(whole) * 100 + Number(digits.slice(0, 2).padEnd(2, '0'))) || 0;
}

/** 1 where it came, -1 where it went. */
export function signOf(element: XmlElement): number {
  const word = textAt(element, 'CdtDbtInd');
  if (word !== 'CRDT' && word !== 'DBIT')
    throw new FormatError('an amount does not say whether it came or went');
  return word === 'CRDT' ? 1 : -1;
}
