import { describe, expect, test } from 'vitest';
import { wireLimits } from './limits.ts';

/** The decoder's own limits are tried at their edge beside each production; these hold between limits. */
describe('limits agree with each other and with the RFCs', () => {
  test('a client that has not logged in may spend less', () => {
    expect(wireLimits.commandLineUnauthenticatedBytesMax).toBeLessThan(wireLimits.commandLineBytesMax);
    expect(wireLimits.literalUnauthenticatedBytesMax).toBeLessThan(wireLimits.literalBytesMax);
  });

  test('RFC 7162 §4: at least 8192 octets of a command line', () => {
    expect(wireLimits.commandLineUnauthenticatedBytesMax).toBeGreaterThanOrEqual(8192);
  });

  test('RFC 7888 §5: LITERAL- means 4096', () => {
    expect(wireLimits.literalMinusBytesMax).toBe(4096);
    expect(wireLimits.literalBytesMax).toBeGreaterThanOrEqual(wireLimits.literalMinusBytesMax);
  });

  test('the literals of one command can hold the largest one', () => {
    expect(wireLimits.commandLiteralsBytesMax).toBeGreaterThanOrEqual(wireLimits.literalBytesMax);
  });

  test('a mailbox name in its longest encoding fits into a literal', () => {
    expect(wireLimits.mailboxNameBytesMax * 4).toBeLessThanOrEqual(wireLimits.literalBytesMax);
  });

  test('RFC 2971 §3.3: 30 pairs, 30 octets of a name, 1024 of a value', () => {
    expect([wireLimits.idPairsMax, wireLimits.idFieldBytesMax, wireLimits.idValueBytesMax]).toEqual([
      30, 30, 1024,
    ]);
  });

  test('all are whole numbers above zero', () => {
    for (const [name, value] of Object.entries(wireLimits)) {
      expect(Number.isSafeInteger(value) && value > 0, name).toBe(true);
      expect(name, 'the unit stands last, then Max').toMatch(/Max$/);
    }
  });
});
