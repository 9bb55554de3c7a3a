import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestStores } from '../../testing/index.ts';
import { openCoop } from '../co-op.ts';
import { describeCoops, refused, testHouse, textOfPaper } from '../fixtures.ts';
import { coopOperations as operations } from '../store/module.ts';
import { proofHolds } from './certificates.ts';
import { board, withShares } from './fixtures.ts';
import { certificateBytesMax, certificatesShownRows } from './limits.ts';

describeCoops('a certificate', (engine, rules) => {
  test('says what was held, shows it in the signed tree, and is judged by its code', async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1, 12));
    const stores = await openTestStores(engine, { clock });
    const house = testHouse(stores, clock, rules);
    const { certificates, register } = openCoop(house);
    let keys = 0;
    const key = () => `k${++keys}`;
    const [a, b] = [await withShares(house, 3, key), await withShares(house, 5, key)];
    const said = await certificates.issue(board, { person: b, day: '2026-03-31' });
    expect(said).toMatchObject({ member: b, shares: 5, nominal: rules.shares.nominal });
    expect(said).toMatchObject({ coop: 'coop.example', currency: rules.currency });
    expect(said.code).toMatch(/^[a-z2-7]{24}$/);
    const { code, ...body } = said;
    expect(proofHolds(body, 'coop.example')).toBe(true);
    const forged = [
      { ...body, movement: { ...body.movement, shares: 6 } },
      { ...body, entry: { ...body.entry, seq: body.entry.seq - 1 } },
      { ...body, log: { ...body.log, proof: body.log.proof.slice(1) } },
    ];
    for (const other of forged) expect(proofHolds(other, 'coop.example')).toBe(false);
    expect(await certificates.verify(code.toUpperCase())).toEqual({
      ...{ certificate: said, holds: true, sharesNow: 5 },
    });
    await register.transfer(board, { from: b, to: a, shares: 2, decision: 'board:2', key: key() });
    expect(await certificates.verify(code)).toMatchObject({ holds: true, sharesNow: 3 });
    expect(await certificates.verify('nothing')).toBeNull();
    await stores.damage(
      `UPDATE register_certificates SET said = REPLACE(said, '"shares":5', '"shares":500') WHERE code = '${code}'`,
    );
    expect(await certificates.verify(code)).toMatchObject({ holds: false });
    const self = { account: 9, member: a, roles: [], via: 'api' } as const;
    expect(await certificates.issue(self, { person: a, day: '2026-04-01' })).toMatchObject({ shares: 5 });
    await expect(certificates.issue(self, { person: b, day: '2026-04-01' })).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
    await expect(certificates.issue(board, { person: b, day: '2026-03-01' })).rejects.toEqual(
      refused('E_SHARES'),
    );
    expect(await certificates.issuedTo(b)).toMatchObject([{ member: b, day: '2026-03-31' }]);
    expect(await certificates.issuedTo(99)).toEqual([]);
    for (let day = 1; day <= certificatesShownRows + 1; day++)
      await stores.database.call(operations.registerCertificateKeep, {
        ...{ code: `kept${day}`, person: a, said, at: day },
      });
    expect(await certificates.issuedTo(a)).toHaveLength(certificatesShownRows);
    const url = `https://coop.example/verify?code=${code}`;
    const pdf = await certificates.pdf(said, url);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeLessThan(certificateBytesMax);
    const named = textOfPaper(await certificates.pdf({ ...said, holder: 'Αγγελική Żukowska' }, url));
    expect(named).toEqual(expect.arrayContaining([`${b}, Αγγελική Żukowska`, code, url]));
    clock.advance(86_400_000);
    expect((await certificates.pdf(said, url)).equals(pdf)).toBe(true);
    await stores.close();
  });
});
