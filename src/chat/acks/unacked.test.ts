import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { element } from '../../formats/stanza/index.ts';
import { Unacked } from './unacked.ts';

const stanza = (id: number, body = '') =>
  element('message', 'jabber:client', { id: String(id) }, element('body', 'jabber:client', {}, body));
const idsOf = (unacked: Unacked) => [...unacked].map(({ stanza: of }) => Number(of.attributes.id));

describe('what was written and not acknowledged', () => {
  test('is what was written less what was acknowledged, in order', () => {
    const steps = fc.array(fc.oneof(fc.constant('write' as const), fc.nat({ max: 5 })), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (all) => {
        const unacked = new Unacked(1_000, 1_000_000);
        const model: number[] = [];
        let [written, acknowledged] = [0, 0];
        for (const step of all) {
          if (step === 'write') {
            expect(unacked.push(stanza(written), 0)).toBe(true);
            model.push(written++);
          } else {
            const more = Math.min(step, model.length);
            acknowledged += more;
            model.splice(0, more);
            expect(unacked.acknowledge(acknowledged)).toBe(true);
          }
          expect(idsOf(unacked)).toEqual(model);
          expect(unacked.count).toBe(model.length);
          expect(unacked.covers(acknowledged)).toBe(true);
        }
        expect(unacked.acknowledge(written + 1)).toBe(false);
      }),
    );
  });

  test('unackedStanzasMax: the oldest go, and who misses them cannot resume', () => {
    const unacked = new Unacked(3, 1_000_000);
    expect([0, 1, 2].map((id) => unacked.push(stanza(id), 0))).toEqual([true, true, true]);
    expect(unacked.push(stanza(3), 0)).toBe(false);
    expect(idsOf(unacked)).toEqual([1, 2, 3]);
    expect([0, 1, 2, 4].map((h) => unacked.covers(h))).toEqual([false, true, true, true]);
    expect(unacked.acknowledge(2)).toBe(true);
    expect(idsOf(unacked)).toEqual([2, 3]);
    expect(unacked.covers(2)).toBe(true);
  });

  test('unackedCharsMax: so does what is too long together, the last one excepted', () => {
    const unacked = new Unacked(10, 1_000);
    expect(unacked.push(stanza(0, 'x'.repeat(600)), 0)).toBe(true);
    expect(unacked.push(stanza(1, 'x'.repeat(600)), 0)).toBe(false);
    expect(idsOf(unacked)).toEqual([1]);
    expect(unacked.push(stanza(2, 'x'.repeat(5_000)), 0)).toBe(false);
    expect(idsOf(unacked)).toEqual([2]);
  });

  test('XEP-0198 §4: counts go round at 2^32', () => {
    const unacked = new Unacked(10, 1_000_000);
    expect(unacked.acknowledge(0xffff_ffff)).toBe(false);
    for (let id = 0; id < 3; id++) unacked.push(stanza(id), 0);
    expect(unacked.acknowledge(0x1_0000_0002)).toBe(true);
    expect(idsOf(unacked)).toEqual([2]);
  });
});
