import { decimalText } from '../../../base/index.ts';
import { type Asset, coinAsset } from '../types.ts';

/** Digits behind the point of an asset: coins are whole, money has what ISO 4217 gives it. */
export function digitsOf(asset: Asset): number {
  if (asset === coinAsset) return 0;
  const { maximumFractionDigits = 0 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: asset,
  }).resolvedOptions();
  return maximumFractionDigits;
}

/** `-1234.50` of −123450 cents. */
export const decimalOf = (amount: number, asset: Asset, point = '.'): string =>
  decimalText(amount, { digits: digitsOf(asset), point });
