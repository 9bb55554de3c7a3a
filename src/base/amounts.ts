/** `-12.34` of −1234 minor units; `digits` stand behind the point. Never a fraction on the way. */
export function decimalText(minor: number, { digits = 2, point = '.' } = {}): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${minor < 0 ? '-' : ''}${whole}${digits === 0 ? '' : point + text.slice(-digits)}`;
}
