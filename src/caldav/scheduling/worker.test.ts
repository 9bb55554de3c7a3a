import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccountsService, createAccounts } from '../../accounts/index.ts';
import { fakeClock, StoreError } from '../../base/index.ts';
import { indexOf, readCalendar } from '../../formats/icalendar/index.ts';
import { createLog, createMetrics, type Metrics } from '../../observability/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import type { Arriving } from '../../webdav/index.ts';
import { event } from '../fixtures.ts';
import { schedulingHooks } from './hooks.ts';
import type { InvitationMail, WorkerOptions } from './house.ts';
import { envelopeOf, fateJob, type MailFate } from './imip/fate.ts';
import { firstPauseMs } from './limits.ts';
import { shelvesOf } from './shelf.ts';
import { type SchedulingWorker, startSchedulingWorker } from './worker.ts';

const nowMs = Date.UTC(2026, 0, 1);
const far = 'DTSTART:20260305T100000Z\nDTEND:20260305T110000Z';
const invited = (uid: string, who: readonly string[], start = far, more = '') =>
  event(
    uid,
    `ORGANIZER:mailto:ana@coop.example
${['ana@coop.example', ...who].map((each) => `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${each}`).join('\n')}
${more}`,
    start,
  );

describeEngines('scheduling messages on their way', (engine) => {
  let stores: TestStores;
  let accounts: AccountsService;
  let clock: ReturnType<typeof fakeClock>;
  let metrics: Metrics;
  let options: WorkerOptions;
  let mails: InvitationMail[];
  /** Of whom nothing can be kept for now; `mail`: nothing can be sent. */
  let stuck: Set<number | 'mail'>;
  let ids: Record<string, number>;
  const running: SchedulingWorker[] = [];

  beforeEach(async () => {
    clock = fakeClock(nowMs);
    stores = await openTestStores(engine, { clock });
    accounts = await createAccounts({ database: stores.database, domain: 'coop.example', clock });
    ids = {};
    for (const name of ['ana', 'ben', 'cleo', 'hall']) ids[name] = (await accounts.admin.addMember(name)).id;
    mails = [];
    stuck = new Set();
    metrics = createMetrics({ processMetrics: false });
    const { collections } = stores;
    options = {
      clock,
      metrics,
      accounts: accounts.accounts,
      settings: { objectBytesMax: 1e6, instancesMax: 100, attendeesMax: 100, subscriptions: true },
      typeOf: (address) => (address.startsWith('hall@') ? 'ROOM' : 'INDIVIDUAL'),
      log: createLog({ level: 'error', format: 'json', write: () => undefined }),
      collections: new Proxy(collections, {
        get(target, name) {
          if (name === 'put')
            return async (...args: Parameters<typeof collections.put>) => {
              if (stuck.has(args[0])) throw new StoreError('over-quota', 'there is no room');
              return collections.put(...args);
            };
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
      async send(mail) {
        if (stuck.has('mail')) throw new StoreError('limit', 'enough for today', { retryAfterMs: 60_000 });
        mails.push(mail);
      },
    };
  });
  afterEach(async () => {
    for (const worker of running.splice(0)) await worker.stop();
    await accounts.close();
    await stores.close();
  });

  const idOf = (name: string): number => ids[name] ?? 0;

  /** As a client would by CalDAV: null removes. */
  async function write(name: string, uid: string, text: string | null): Promise<void> {
    const { collections } = stores;
    const account = idOf(name);
    const rows = await shelvesOf(options, account);
    const collection = rows.find(({ kind }) => kind === 'calendar');
    if (!collection) throw new Error('there is no calendar');
    const item = `${uid}.ics`;
    const existing = await collections.item(account, collection.id, item);
    const request = { headers: {} };
    const about = { collection, existing, item: existing, options: { visit: { request } } };
    const hooks = schedulingHooks(options);
    if (text === null) {
      const jobs = await hooks.leaving(about as unknown as Parameters<typeof hooks.leaving>[0]);
      await collections.remove(account, collection.id, item, { jobs });
      return;
    }
    const bytes = Buffer.from(text);
    const made = await hooks.arriving({ ...about, name: item, bytes } as unknown as Arriving);
    const kept = made?.bytes ?? bytes;
    const facts = indexOf(readCalendar(kept));
    const jobs = made?.jobs ?? [];
    const scheduleTag = made === null ? 'none' : made.tag;
    await collections.put(account, collection.id, item, { ...facts, bytes: kept, scheduleTag }, { jobs });
  }

  async function work(of = options): Promise<void> {
    const worker = startSchedulingWorker(of);
    running.push(worker);
    await worker.idle();
    await worker.stop();
  }

  const copy = async (name: string, uid: string) =>
    (await stores.collections.byUid(idOf(name), 'calendars', uid))[0]?.bytes
      .toString()
      .replace(/\r\n[ \t]/g, '');

  async function news(name: string): Promise<string[]> {
    const inbox = await stores.collections.collection(idOf(name), 'calendars', 'inbox');
    const found: string[] = [];
    for await (const page of stores.collections.itemsWithBytes(idOf(name), inbox?.id ?? 0))
      found.push(...page.map(({ bytes, uid }) => `${/METHOD:(\w+)/.exec(bytes.toString())?.[1]} ${uid}`));
    return found;
  }

  test('who could not be told hears of one thing after the other; nobody else waits', async () => {
    stuck.add(idOf('ben')).add('mail');
    const guests = ['ben@coop.example', 'cleo@coop.example', 'x@far.example'];
    await write('ana', 'one', invited('one', guests));
    await work();
    expect(await copy('cleo', 'one')).toContain('SUMMARY:Event one');
    // Called off, while Ben, and those elsewhere, do not know yet that there was anything.
    await write('ana', 'one', null);
    await work();
    expect(await copy('cleo', 'one')).toContain('STATUS:CANCELLED');
    expect(await copy('ben', 'one')).toBeUndefined();
    expect(mails).toEqual([]);
    stuck.clear();
    clock.advance(firstPauseMs + 60_000);
    await work();
    expect(await copy('ben', 'one')).toContain('STATUS:CANCELLED');
    expect(await news('ben')).toEqual(['CANCEL one']);
    expect(mails.map(({ method, to }) => `${method} ${to.join()}`)).toEqual([
      'REQUEST x@far.example',
      'CANCEL x@far.example',
    ]);
    expect(await stores.collections.nextJobMs('itip')).toBeNull();
  });

  test('several processes bring what was said of one thing in its order', async () => {
    await write('ana', 'one', invited('one', ['ben@coop.example', 'x@far.example']));
    await write('ana', 'one', invited('one', ['ben@coop.example', 'x@far.example'], far, 'LOCATION:Hall'));
    await write('ana', 'one', null);
    // One process has the first of them, and is slow.
    const [first, ...others] = await stores.collections.takeJobs('itip', 9, 60_000);
    if (!first) throw new Error('there are no jobs');
    expect(others).toEqual([]);
    await work();
    expect(mails).toEqual([]);
    await stores.collections.settleJob(first, { againMs: clock.nowMs() });
    await Promise.all([work(), work(), work()]);
    await work();
    expect(mails.map(({ method }) => method)).toEqual(['REQUEST', 'REQUEST', 'CANCEL']);
    expect(await copy('ben', 'one')).toContain('STATUS:CANCELLED');
    expect(await stores.collections.nextJobMs('itip')).toBeNull();
  });

  test('what is kept and its news are one: a write that fails leaves neither', async () => {
    const { collections } = stores;
    await shelvesOf(options, idOf('ben'));
    await write('ana', 'one', invited('one', ['ben@coop.example']));
    const puts: (readonly unknown[])[] = [];
    const counting: WorkerOptions = {
      ...options,
      collections: new Proxy(options.collections, {
        get(target, name) {
          if (name === 'put')
            return async (...args: Parameters<typeof collections.put>) => {
              puts.push(args);
              return collections.put(...args);
            };
          return Reflect.get(target, name);
        },
      }),
    };
    await work(counting);
    expect(puts).toHaveLength(1);
    expect(await copy('ben', 'one')).toBeDefined();
    expect(await news('ben')).toEqual(['REQUEST one']);
  });

  test('of two who book a room at one time one gets it, and the other is told why not', async () => {
    const at = 'DTSTART:20260401T100000Z\nDTEND:20260401T110000Z';
    await shelvesOf(options, idOf('hall'));
    const guest = ['hall@coop.example'];
    await write('ana', 'first', invited('first', guest, at));
    await write('ben', 'second', invited('second', guest, at).replaceAll('ana@', 'ben@'));
    // Each of two processes has one of the two before it.
    const [one, two] = await stores.collections.takeJobs('itip', 2, 60_000);
    if (!one || !two) throw new Error('there are no jobs');
    const only = (job: typeof one): WorkerOptions => {
      const jobs = [job];
      return {
        ...options,
        collections: new Proxy(options.collections, {
          get: (target, name) =>
            name === 'takeJobs' ? async () => jobs.splice(0) : Reflect.get(target, name),
        }),
      };
    };
    await Promise.all([work(only(one)), work(only(two))]);
    await work();
    const answers = await Promise.all([copy('ana', 'first'), copy('ben', 'second')]);
    const said = answers.map((text) => /PARTSTAT=(ACCEPTED|DECLINED).*:mailto:hall@/.exec(text ?? '')?.[1]);
    expect([...said].sort()).toEqual(['ACCEPTED', 'DECLINED']);
    const loser = said[0] === 'DECLINED' ? 'ana' : 'ben';
    const inbox = await stores.collections.collection(idOf(loser), 'calendars', 'inbox');
    const told: string[] = [];
    for await (const page of stores.collections.itemsWithBytes(idOf(loser), inbox?.id ?? 0))
      told.push(...page.map(({ bytes }) => bytes.toString()));
    expect(told.join('')).toMatch(/METHOD:REPLY[\s\S]*COMMENT[^:]*:/);
  });

  test('what became of a mail is told on the copy of who sent it, and is no change that a client must look at', async () => {
    await write('ana', 'one', invited('one', ['x@far.example', 'y@far.example', 'z@far.example']));
    await work();
    const [mail] = mails;
    const [before] = await stores.collections.byUid(idOf('ana'), 'calendars', 'one');
    expect(mail?.copy).toBe(before?.id);
    const statuses = async () =>
      Object.fromEntries(
        [
          ...((await copy('ana', 'one')) ?? '').matchAll(/SCHEDULE-STATUS=([\d.]+)[^:]*:mailto:(\w)@far/g),
        ].map(([, code, who]) => [who, code]),
      );
    expect(await statuses()).toEqual({ x: '1.1', y: '1.1', z: '1.1' });
    const tell = async (fates: readonly MailFate[], item = mail?.copy ?? 0) => {
      const job = fateJob(envelopeOf(item), fates);
      if (job) await stores.collections.addJob(idOf('ana'), job);
      await work();
    };
    await tell([
      { address: 'X@far.example', delivered: true, status: '2.1.5' },
      { address: 'y@far.example', delivered: false, status: '5.1.1' },
    ]);
    expect(await statuses()).toEqual({ x: '1.2', y: '3.7', z: '1.1' });
    const [after] = await stores.collections.byUid(idOf('ana'), 'calendars', 'one');
    expect(after?.scheduleTag).toBe(before?.scheduleTag);
    await tell([{ address: 'z@far.example', delivered: false, status: '4.4.7' }]);
    await tell([{ address: 'y@far.example', delivered: false, status: '5.7.1' }]);
    expect(await statuses()).toEqual({ x: '1.2', y: '3.8', z: '5.1' });
    // Of what is not, or not any more, there, and of other mail, nothing is told.
    await tell([{ address: 'x@far.example', delivered: false, status: '5.1.1' }], 12_345);
    for (const envelope of [null, '', 'itip-', 'itip-x', 'QQ314159'])
      expect(fateJob(envelope, [])).toBeNull();
    expect(await statuses()).toEqual({ x: '1.2', y: '3.8', z: '5.1' });
    expect(await stores.collections.nextJobMs('itip')).toBeNull();
  });

  test('what happened is counted, and nobody’s name is in it', async () => {
    stuck.add(idOf('cleo'));
    await write('ana', 'one', invited('one', ['ben@coop.example', 'cleo@coop.example', 'x@far.example']));
    await work();
    const { body } = await metrics.render();
    for (const line of [
      'myco_invitations_total{method="request",way="inside",result="taken"} 1',
      'myco_invitations_total{method="request",way="outward",result="sent"} 1',
      'myco_invitations_total{method="request",way="inside",result="waits"} 1',
      'myco_invitations_waiting{state="waiting"} 1',
      'myco_invitations_waiting{state="held"} 0',
    ])
      expect(body).toContain(line);
    expect(body).not.toContain('coop.example');
  });
});
