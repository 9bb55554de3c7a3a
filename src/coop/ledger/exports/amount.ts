import { decimalText } from '../../../base/index.ts';
import { type Asset, coinAsset } from '../types.ts';

// Asked with every posting of an export, and slow to make.
const known = new Map<Asset, number>([[coinAsset, 0]]);

/** Digits behind the point of an asset: coins are whole, money has what ISO 4217 gives it. */
export function digitsOf(asset: Asset): number {
  const before = known.get(asset);
  if (before !== undefined) return before;
  const shown = new Intl.NumberFormat('en', { style: 'currency', currency: asset }).resolvedOptions();
  const digits = shown.maximumFractionDigits ?? 0;
  known.set(asset, digits);
  return digits;
}

/** `-1234.50` of −123450 cents. */
export const decimalOf = (amount: number, asset: Asset, point = '.'): string =>
  decimalText(amount, { digits: digitsOf(asset), point });
