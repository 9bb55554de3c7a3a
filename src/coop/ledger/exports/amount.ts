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
export function decimalOf(amount: number, asset: Asset, point = '.'): string {
  const digits = digitsOf(asset);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const rest = digits === 0 ? '' : point + text.slice(-digits);
  return `${amount < 0 ? '-' : ''}${whole}${rest}`;
}
