import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { afterRestore, openDatabase, openLocalBlobs, repairAll, verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  makeFolder,
  openTestStores,
  refusal,
  removeFolder,
  type TestStores,
} from '../../testing/index.ts';
import {
  type Answer,
  type Claims,
  createOutbox,
  outboxLimits as limits,
  type Outbox,
  type Outgoing,
  type OutgoingRecipient,
} from './index.ts';

const hour = 3_600_000;
const day = 24 * hour;
const content = (text: string) => Buffer.from(`Subject: ${text}\r\n\r\n${text}\r\n`);
const to = (...addresses: string[]): OutgoingRecipient[] =>
  addresses.map((address) => ({ address, notify: [], orcpt: null }));
const down: Answer = { code: 0, status: '4.4.1', text: 'nobody answers', host: 'mx.example' };

/** Why it is refused, and when to come again. */
const refusedUntil = (work: Promise<unknown>) =>
  refusal(work, ({ reason, details }) => `${reason} ${details.retryAfterMs ?? ''}`.trim());

async function outgoing(outbox: Outbox, more: Partial<Outgoing> = {}, text = 'one'): Promise<Outgoing> {
  const blob = await outbox.stage(content(text), 10_000);
  return {
    account: 7,
    kind: 'submission',
    sender: 'ana@coop.example',
    options: { body: null, utf8: false, ret: null, envid: null, tls: null },
    head: 'Received: here\r\n',
    blob,
    headerLength: `Subject: ${text}\r\n\r\n`.length,
    recipients: to('x@far.example'),
    ...more,
  };
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** `message.n domain` of everything taken. */
function taken(lanes: Awaited<ReturnType<Claims['take']>>): string[] {
  return lanes.flatMap(({ domain, claimed }) =>
    claimed.flatMap(({ message, recipients }) => recipients.map(({ n }) => `${message.id}.${n} ${domain}`)),
  );
}

describeEngines('outbox', (engine) => {
  let stores: TestStores;
  let outbox: Outbox;
  const clock = fakeClock();
  const faults = () => verifyAll({ ...stores, modules });
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    outbox = stores.outbox;
  });
  afterEach(async () => {
    expect(await faults()).toEqual([]);
    await stores.close();
  });
  const enqueue = async (more: Partial<Outgoing> = {}, text = 'one') =>
    outbox.enqueue(await outgoing(outbox, more, text));

  test('a message for many is one message with its bytes once; it goes with its last recipient', async () => {
    const options = { body: '8BITMIME', utf8: true, ret: 'HDRS', envid: 'e+1', tls: 'required' } as const;
    const id = await enqueue({
      options,
      recipients: [
        { address: 'x@far.example', notify: ['FAILURE', 'DELAY'], orcpt: 'rfc822;y@here.example' },
        ...to('y@FAR.example', 'z@[192.0.2.1]'),
      ],
    });
    expect(await outbox.counts()).toMatchObject({ waiting: 3, destinations: 2, oldest: clock.nowMs() });
    const claims = await outbox.join();
    const lanes = await claims.take([], 10, 10);
    expect(taken(lanes).sort()).toEqual([
      `${id}.1 far.example`,
      `${id}.2 far.example`,
      `${id}.3 [192.0.2.1]`,
    ]);
    const far = lanes.find(({ domain }) => domain === 'far.example')?.claimed[0];
    if (!far) throw new Error('nothing was taken');
    expect(far.message).toMatchObject({ id, account: 7, sender: 'ana@coop.example', options });
    expect(far.recipients[0]).toMatchObject({
      address: 'x@far.example',
      notify: ['FAILURE', 'DELAY'],
      orcpt: 'rfc822;y@here.example',
      last: null,
    });
    expect(await read(outbox.content(far.message))).toBe('Received: here\r\nSubject: one\r\n\r\none\r\n');
    expect((await outbox.bytes(far.message, 'header', 1000)).toString()).toBe(
      'Received: here\r\nSubject: one\r\n\r\n',
    );
    expect((await outbox.bytes(far.message, 'all', 20)).toString()).toBe('Received: here\r\nSubj');
    expect(await claims.take([], 10, 10)).toEqual([]);
    expect(await outbox.nextDue()).toBeNull();
    await claims.settle([{ message: id, outcomes: [{ n: 1, kind: 'delivered' }], notices: [] }]);
    expect(await outbox.counts()).toMatchObject({ waiting: 0, claimed: 2 });
    await claims.settle([
      {
        message: id,
        outcomes: [
          { n: 2, kind: 'delivered' },
          { n: 3, kind: 'failed' },
        ],
        notices: [],
      },
    ]);
    expect(await outbox.counts()).toMatchObject({ claimed: 0, oldest: null, destinations: 0 });
    expect(await stores.blobs.sweep(clock.nowMs() + 1)).toBeGreaterThan(0);
  });

  test('what is deferred is due at its time, with what was said', async () => {
    const id = await enqueue();
    const claims = await outbox.join();
    await claims.take([], 1, 10);
    const answer = { code: 450, status: '4.2.0', text: 'x'.repeat(limits.answerCharsMax + 5), host: 'mx' };
    const next = clock.nowMs() + 300_000;
    await claims.settle([
      { message: id, outcomes: [{ n: 1, kind: 'deferred', next, answer, unsure: true }], notices: [] },
    ]);
    expect(await outbox.nextDue()).toBe(next);
    expect(await claims.take([], 1, 10)).toEqual([]);
    clock.advance(300_000);
    const [row] = (await claims.take([], 1, 10))[0]?.claimed[0]?.recipients ?? [];
    expect(row).toMatchObject({
      attempts: 1,
      unsure: 1,
      last: { ...answer, text: 'x'.repeat(limits.answerCharsMax) },
    });
    await claims.leave();
  });

  test('a destination that cannot be reached is put off once, and remembers how often', async () => {
    const ids = [await enqueue(), await enqueue(), await enqueue()];
    const claims = await outbox.join();
    for (const failures of [0, 1]) {
      const [lane] = await claims.take([], 1, 2);
      expect(lane).toMatchObject({ failures });
      const back = (lane?.claimed ?? []).map(({ message }) => ({
        message: message.id,
        outcomes: [{ n: 1, kind: 'returned', answer: down } as const],
        notices: [],
      }));
      expect(back).toHaveLength(2);
      const until = clock.nowMs() + hour;
      await claims.settle(back, { domain: 'far.example', closed: { until, answer: down } });
      expect(await outbox.nextDue()).toBe(until);
      await enqueue();
      expect(await outbox.nextDue()).toBe(until);
      expect(await claims.take([], 5, 5)).toEqual([]);
      clock.advance(hour);
    }
    expect(await outbox.counts()).toMatchObject({ unreachable: 1, waiting: 5 });
    const [lane] = await claims.take([], 1, 1);
    await claims.settle([{ message: ids[0] ?? 0, outcomes: [{ n: 1, kind: 'delivered' }], notices: [] }], {
      domain: 'far.example',
      closed: null,
    });
    expect(lane?.failures).toBe(2);
    expect(await outbox.counts()).toMatchObject({ unreachable: 0, waiting: 4 });
  });

  test('the memory of a destination outlives the trying of its only message', async () => {
    const message = await enqueue();
    const claims = await outbox.join();
    for (const failures of [0, 1, 2]) {
      expect(await claims.take([], 1, 1)).toMatchObject([{ failures }]);
      await claims.settle([{ message, outcomes: [{ n: 1, kind: 'returned', answer: null }], notices: [] }], {
        domain: 'far.example',
        closed: { until: clock.nowMs() + hour, answer: down },
      });
      clock.advance(hour);
    }
  });

  test('busy destinations are passed over', async () => {
    await enqueue({ recipients: to('a@a.example', 'b@b.example') });
    const claims = await outbox.join();
    expect(taken(await claims.take(['a.example'], 5, 5))).toEqual([expect.stringMatching(/b\.example$/)]);
    await claims.leave();
    expect(await outbox.counts()).toMatchObject({ waiting: 2, claimed: 0, unsure: 0 });
  });

  test('what a dead process had is given back, and counted as unsure', async () => {
    await enqueue({ recipients: to('a@a.example', 'b@b.example') });
    const dead = await outbox.join();
    await dead.take([], 1, 5);
    clock.advance(limits.claimMs + 1);
    const claims = await outbox.join();
    expect(claims.recovered).toBe(1);
    expect(await outbox.counts()).toMatchObject({ waiting: 2, unsure: 1 });
    expect(await dead.renew()).toBe(false);
    expect(await claims.renew()).toBe(true);
    await claims.leave();
  });

  test('who lost its claim writes over nothing, but what was delivered is delivered', async () => {
    const message = await enqueue({ recipients: to('a@a.example', 'b@a.example') });
    const lost = await outbox.join();
    await lost.take([], 1, 5);
    clock.advance(limits.claimMs + 1);
    const claims = await outbox.join();
    expect(await claims.take([], 1, 5)).toHaveLength(1);
    const deferred = { n: 1, kind: 'deferred', next: 5, answer: down, unsure: false } as const;
    await lost.settle([{ message, outcomes: [deferred, { n: 2, kind: 'delivered' }], notices: [] }]);
    expect(await outbox.counts()).toMatchObject({ waiting: 0, claimed: 1 });
    await claims.leave();
  });

  test('what is too old, or to be told of, is claimed whether its destination is open or not', async () => {
    const message = await enqueue({
      recipients: [...to('a@a.example'), { address: 'b@a.example', notify: ['FAILURE'], orcpt: null }],
    });
    const claims = await outbox.join();
    await claims.take([], 1, 1);
    await claims.settle([{ message, outcomes: [{ n: 1, kind: 'returned', answer: null }], notices: [] }], {
      domain: 'a.example',
      closed: { until: clock.nowMs() + 9 * day, answer: down },
    });
    expect(await outbox.nextDue()).toBe(clock.nowMs() + 4 * hour);
    expect(await claims.overdue(10)).toEqual([]);
    clock.advance(4 * hour);
    const [warn] = await claims.overdue(10);
    expect(warn?.recipients).toMatchObject([{ n: 1, last: down }]);
    await claims.settle([{ message, outcomes: [{ n: 1, kind: 'warned' }], notices: [] }]);
    expect(await claims.overdue(10)).toEqual([]);
    clock.advance(5 * day);
    const [expired] = await claims.overdue(10);
    expect(expired?.recipients.map(({ n }) => n)).toEqual([1, 2]);
    const notice = await outgoing(outbox, { account: 0, kind: 'notification', sender: '' }, 'bounce');
    const outcomes = [1, 2].map((n) => ({ n, kind: 'failed' }) as const);
    await claims.settle([{ message, outcomes, notices: [notice] }]);
    const [listed] = await outbox.list({}, { max: 10 });
    expect(listed).toMatchObject({ message: { kind: 'notification' }, recipient: { warnAt: 0 } });
  });

  test('what is not to be sent before a time waits for it', async () => {
    const notBefore = clock.nowMs() + day;
    await enqueue({ notBefore, expires: notBefore + hour });
    expect(await outbox.nextDue()).toBe(notBefore);
    const [row] = await outbox.list({}, { max: 1 });
    expect(row?.recipient).toMatchObject({ next: notBefore, expires: notBefore + hour });
  });

  describe('an operator', () => {
    test('holds, lets go, tries again, takes back', async () => {
      const claims = await outbox.join();
      const first = await enqueue({ recipients: to('a@a.example', 'b@b.example') });
      await enqueue({ sender: 'bea@coop.example', recipients: to('c@b.example') });
      expect(await outbox.change({ domain: 'b.example' }, 'hold')).toBe(2);
      expect(taken(await claims.take([], 9, 9))).toEqual([`${first}.1 a.example`]);
      expect(await outbox.change({}, 'cancel')).toBe(2);
      expect(await outbox.counts()).toMatchObject({ claimed: 1, held: 0 });
      await claims.leave();
      expect(await outbox.change({ message: first, n: 1 }, 'hold')).toBe(1);
      clock.advance(6 * day);
      expect(await claims.overdue(5)).toEqual([]);
      expect(await outbox.change({ sender: 'ana@coop.example' }, 'release')).toBe(1);
      const [row] = await outbox.list({ message: first }, { max: 5 });
      expect(row?.recipient).toMatchObject({ state: 'waiting', expires: clock.nowMs() + day });
      expect(await outbox.change({ message: first }, 'bounce')).toBe(1);
      const again = await outbox.join();
      expect((await again.overdue(5))[0]?.recipients).toMatchObject([
        { expires: clock.nowMs(), last: { status: '5.7.0' } },
      ]);
      await again.leave();
    });

    test('tries again now what its destination or its time put off', async () => {
      const message = await enqueue();
      const claims = await outbox.join();
      await claims.take([], 1, 1);
      const deferred = {
        n: 1,
        kind: 'deferred',
        next: clock.nowMs() + day,
        answer: down,
        unsure: false,
      } as const;
      await claims.settle([{ message, outcomes: [deferred], notices: [] }], {
        domain: 'far.example',
        closed: { until: clock.nowMs() + hour, answer: down },
      });
      let woken = 0;
      const stop = outbox.onWake(() => woken++);
      expect(await outbox.change({ domain: 'far.example' }, 'retry')).toBe(1);
      stop();
      expect(woken).toBe(1);
      expect(await outbox.nextDue()).toBe(clock.nowMs());
      expect(await claims.take([], 1, 1)).toMatchObject([{ failures: 1 }]);
      await claims.leave();
    });

    test('reads pages', async () => {
      for (let i = 0; i < 5; i++) await enqueue({ recipients: to(`a${i}@a.example`, `b${i}@b.example`) });
      const seen: string[] = [];
      let after: { message: number; n: number } | undefined;
      for (;;) {
        const page = await outbox.list({ domain: 'b.example' }, { max: 2, ...(after ? { after } : {}) });
        seen.push(...page.map(({ recipient }) => recipient.address));
        const last = page.at(-1)?.recipient;
        if (!last) break;
        after = { message: last.message, n: last.n };
      }
      expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => `b${i}@b.example`));
      expect(
        await outbox.list({ sender: 'ana@coop.example', domain: 'a.example' }, { max: 99 }),
      ).toHaveLength(5);
      expect(await outbox.list({ sender: 'nobody@coop.example' }, { max: limits.pageRowsMax })).toEqual([]);
    });
  });

  test('what an erased member has waiting goes, and nothing else', async () => {
    await enqueue({ recipients: to('a@a.example', 'b@b.example') });
    const kept = await enqueue({ account: 8 });
    await outbox.erase(7);
    expect((await outbox.list({}, { max: 9 })).map(({ message }) => message.id)).toEqual([kept]);
    expect(await outbox.counts()).toMatchObject({ destinations: 1 });
  });

  test('after a restore everything is held', async () => {
    await enqueue();
    const claims = await outbox.join();
    await claims.take([], 1, 1);
    await enqueue({ recipients: to('b@b.example') });
    await afterRestore({ database: stores.database, modules }, 1);
    expect(await outbox.counts()).toMatchObject({ held: 2, waiting: 0, claimed: 0 });
    expect(await outbox.nextDue()).toBeNull();
    expect(await outbox.change({}, 'release')).toBe(2);
  });

  test('claims that nobody holds and times that are wrong are found and mended', async () => {
    await enqueue();
    const claims = await outbox.join();
    await claims.take([], 1, 1);
    const dead = await outbox.join();
    // On SQLite the second took back what the first had; on PostgreSQL it is the first's.
    await dead.leave();
    await claims.leave();
    expect(await repairAll({ ...stores, modules }, clock.nowMs())).toEqual([]);
  });

  test('too many recipients, and a head without end, are refused', async () => {
    const many = Array.from({ length: limits.recipientsPerMessageMax + 1 }, (_, i) => `a${i}@a.example`);
    expect(await refusedUntil(enqueue({ recipients: to(...many) }))).toBe('invalid');
    expect(await refusedUntil(enqueue({ recipients: [] }))).toBe('invalid');
    expect(await refusedUntil(enqueue({ head: 'x'.repeat(limits.headBytesMax + 1) }))).toBe('too-large');
    expect(await refusedUntil(outbox.stage(Buffer.alloc(11), 10))).toBe('too-large');
    expect(await outbox.counts()).toMatchObject({ waiting: 0 });
  });
});

describeEngines('sending limits', (engine) => {
  test('count recipients by the hour and the day, of members and of domains', async () => {
    const clock = fakeClock(1000 * hour);
    const sending = { memberPerHour: 3, memberPerDay: 5, domainPerHour: 4 };
    const stores = await openTestStores(engine, { clock, sending });
    const { outbox } = stores;
    const send = async (account: number, count: number, more: Partial<Outgoing> = {}) =>
      refusedUntil(
        outgoing(outbox, {
          account,
          recipients: to(...Array.from({ length: count }, (_, i) => `a${i}@a.example`)),
          ...more,
        }).then((message) => outbox.enqueue(message)),
      );
    try {
      expect(await send(7, 3)).toBe('accepted');
      clock.advance(10);
      expect(await send(7, 1)).toBe(`limit ${hour - 10}`);
      expect(await send(8, 2)).toBe(`limit ${hour - 10}`);
      expect(await send(8, 1)).toBe('accepted');
      expect(await send(9, 3, { sender: 'x@alias.example' })).toBe('accepted');
      expect(await send(0, 100)).toBe('accepted');
      clock.advance(hour);
      expect(await send(7, 3)).toBe(`limit ${23 * hour - 10}`);
      expect(await send(7, 2)).toBe('accepted');
      clock.advance(23 * hour - 10);
      expect(await send(7, 3)).toBe('accepted');
      expect(await verifyAll({ ...stores, modules })).toEqual([]);
    } finally {
      await stores.close();
    }
  });
});

describeEngines('two processes', (engine) => {
  test.runIf(engine.name === 'postgres')('never have the same row', async () => {
    const clock = fakeClock();
    const stores = await openTestStores(engine, { clock });
    const url = await engine.database();
    const folders = [makeFolder(), makeFolder()];
    const opened = await Promise.all(
      folders.map(async (dir) => {
        const workerUrl = new URL('../../worker.ts', import.meta.url);
        const database = await openDatabase({ modules, dir, database: url, workerUrl });
        const blobs = openLocalBlobs({ folder: `${dir}/blobs`, database });
        const sending = { memberPerHour: null, memberPerDay: null, domainPerHour: null, domainPerDay: null };
        const outbox = createOutbox({ database, blobs, clock, giveUpMs: day, warnMs: hour, sending });
        return { database, blobs, outbox };
      }),
    );
    try {
      const [one, two] = opened.map(({ outbox }) => outbox);
      if (!one || !two) throw new Error('two are needed');
      for (let i = 0; i < 20; i++)
        await one.enqueue(
          await outgoing(one, { recipients: to(`a@d${i % 4}.example`, `b@d${i % 4}.example`) }),
        );
      const claims = await Promise.all([one.join(), two.join()]);
      expect(claims.map(({ recovered }) => recovered)).toEqual([0, 0]);
      const rows: string[] = [];
      for (;;) {
        const lanes = (await Promise.all(claims.map((each) => each.take([], 4, 3)))).flat();
        if (lanes.length === 0) break;
        rows.push(...taken(lanes));
      }
      expect(rows).toHaveLength(40);
      expect(new Set(rows).size).toBe(40);
    } finally {
      for (const { blobs, database } of opened) {
        await blobs.close();
        await database.close();
      }
      for (const folder of folders) removeFolder(folder);
      await stores.close();
    }
  });
});
