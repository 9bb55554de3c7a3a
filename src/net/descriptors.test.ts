import { describe, expect, test } from 'vitest';
import { createLog, silentLog } from '../observability/index.ts';
import { openFilesMax, withinDescriptors } from './descriptors.ts';
import { connectionDescriptorsPercentMax, defaultNetLimits } from './limits.ts';

const limitsFile = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95957                95957                processes
Max open files            1024                 524288               files
`;

describe('descriptors', () => {
  test('are read from what Linux tells, and unknown elsewhere', () => {
    expect(openFilesMax(() => limitsFile)).toBe(1024);
    expect(
      openFilesMax(() => 'Max open files            unlimited            unlimited            files'),
    ).toBeNull();
    expect(
      openFilesMax(() => {
        throw new Error('ENOENT');
      }),
    ).toBeNull();
  });

  test('bound the connections, with a word to the operator', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', format: 'json', write: (line) => lines.push(line) });
    const limits = { ...defaultNetLimits, connectionsMax: 10_000 };
    const lowered = withinDescriptors(limits, log, 1000);
    expect(lowered.connectionsMax).toBe(10 * connectionDescriptorsPercentMax);
    expect(lines).toHaveLength(1);
    expect(withinDescriptors(limits, silentLog, 1_000_000)).toBe(limits);
    expect(withinDescriptors(limits, silentLog, 1).connectionsMax).toBe(1);
    expect(withinDescriptors(limits, silentLog, null)).toBe(limits);
  });
});
