/** GF(2^8) of ISO/IEC 18004 §7.5: x^8 + x^4 + x^3 + x^2 + 1, with 2 as its generator. */
const powers = new Uint8Array(255);
const logarithms = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers[exponent] = value;
  logarithms[value] = exponent;
  value = value & 0x80 ? ((value << 1) ^ 0x11d) & 0xff : value << 1;
}

const power = (exponent: number): number => powers[exponent % 255] ?? 0;
const logarithm = (value: number): number => logarithms[value] ?? 0;
const product = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : power(logarithm(a) + logarithm(b));

/** Coefficients of (x - 1)(x - 2)(x - 4)… of `degree` factors, the highest, which is 1, left out. */
function generator(degree: number): Uint8Array {
  let factors = Uint8Array.of(1);
  for (let root = 0; root < degree; root++) {
    const next = new Uint8Array(factors.length + 1);
    for (const [at, factor] of factors.entries()) {
      next[at] = (next[at] ?? 0) ^ factor;
      next[at + 1] = (next[at + 1] ?? 0) ^ product(factor, power(root));
    }
    factors = next;
  }
  return factors.subarray(1);
}

/** The octets by which errors are corrected: the remainder of the division by the generator. */
export function correction(data: Uint8Array, octets: number): Uint8Array {
  const divisor = generator(octets);
  const remainder = new Uint8Array(octets);
  for (const octet of data) {
    const factor = octet ^ (remainder[0] ?? 0);
    remainder.copyWithin(0, 1);
    remainder[octets - 1] = 0;
    for (const [at, coefficient] of divisor.entries()) {
      remainder[at] = (remainder[at] ?? 0) ^ product(coefficient, factor);
    }
  }
  return remainder;
}
