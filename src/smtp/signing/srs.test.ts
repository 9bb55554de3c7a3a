import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { srsHashChars, srsValidDays } from './limits.ts';
import { createSrs, type Srs } from './srs.ts';

const dayMs = 86_400_000;
const clock = fakeClock(Date.UTC(2026, 10, 22));
const secret = Buffer.alloc(32, 7).toString('base64');
const make = (domain: string, key = secret): Srs =>
  createSrs({ secret: key, domain, isOurs: async (name) => name === domain, clock });
const ours = make('coop.example');
const theirs = make('forwarder.example', Buffer.alloc(32, 8).toString('base64'));
const local = (address: string) => address.slice(0, address.lastIndexOf('@'));

describe('SRS', () => {
  test('a sender is rewritten, and its bounces find home', async () => {
    const rewritten = await ours.forward('ana.B@author.example');
    expect(rewritten).toMatch(/^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=author\.example=ana\.B@coop\.example$/);
    expect(ours.reverse(rewritten)).toEqual({ kind: 'original', address: 'ana.B@author.example' });
    expect(srsHashChars).toBe(8);
  });

  test('whoever changes the case of it on the way does no harm', async () => {
    const rewritten = await ours.forward('ana@author.example');
    for (const changed of [rewritten.toLowerCase(), rewritten.toUpperCase()]) {
      expect(ours.reverse(changed)).toMatchObject({ kind: 'original' });
    }
  });

  test('not rewritten: the null sender, our own, and what would be too long', async () => {
    expect(await ours.forward('')).toBe('');
    expect(await ours.forward('bea@coop.example')).toBe('bea@coop.example');
    const long = `${'x'.repeat(60)}@author.example`;
    expect(await ours.forward(long)).toBe(long);
  });

  test('three hosts: the third comes back to the first by way of one', async () => {
    const first = await theirs.forward('ana@a.example');
    const second = await ours.forward(first);
    expect(second).toMatch(
      /^SRS1=[A-Z2-7]{8}=forwarder\.example==[A-Z2-7]{8}=[A-Z2-7]{2}=a\.example=ana@coop\.example$/,
    );
    expect(ours.reverse(second)).toEqual({ kind: 'original', address: first });
    const third = make('z.example', Buffer.alloc(32, 9).toString('base64'));
    const far = await third.forward(second);
    expect(local(far)).toMatch(/^SRS1=[A-Z2-7]{8}=forwarder\.example==/);
    expect(third.reverse(far)).toEqual({ kind: 'original', address: first });
    expect(theirs.reverse(first)).toEqual({ kind: 'original', address: 'ana@a.example' });
  });

  test('what nobody made here, what was changed, and what is too old leads nowhere', async () => {
    const rewritten = await ours.forward('ana@author.example');
    for (const wrong of [
      rewritten.replace('ana@', 'bob@'),
      rewritten.replace('author.example', 'victim.example'),
      await make('coop.example', Buffer.alloc(32, 1).toString('base64')).forward('ana@author.example'),
      'SRS0=AAAAAAAA=AA=victim.example=ana@coop.example',
      'SRS0=ana@coop.example',
      'SRS1=x=y==z@coop.example',
      'srs0+@coop.example',
    ]) {
      expect(ours.reverse(wrong), wrong).toEqual({ kind: 'invalid' });
    }
    clock.advance(srsValidDays * dayMs);
    expect(ours.reverse(rewritten).kind).toBe('original');
    clock.advance(dayMs);
    expect(ours.reverse(rewritten).kind).toBe('invalid');
    expect(ours.reverse('ana@coop.example')).toEqual({ kind: 'none' });
    expect(ours.reverse('srs0@coop.example')).toEqual({ kind: 'none' });
  });

  test('any sender comes back as it was, or is left alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}$/), async (name) => {
        const sender = `${name}@author.example`;
        const rewritten = await ours.forward(sender);
        const target = ours.reverse(rewritten.replace(/@.*$/, '@coop.example'));
        if (rewritten !== sender && !/^SRS[01][=+-]/i.test(name)) {
          expect(target).toEqual({ kind: 'original', address: sender });
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
