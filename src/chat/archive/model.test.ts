/**
 * Two members with two devices each, who write, lose their connections, come back in time and too late, are looked at and
 * not: in the end each device knows everything that both have said, each message once and in order, by what it heard and
 * by what it asked the archive for.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { childOf, type Element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { resultSetsNs } from '../data/index.ts';
import { carbonsNs, forwardNs, mamNs, stanzaIdNs } from './names.ts';

const clock = fakeClock();
let chat: TestChat;
beforeAll(async () => {
  // By a clock that stands still nobody gets more to say.
  chat = await openTestChat({
    clock,
    limits: { sweepMs: 3, resumeMsMax: 60_000, stanzasPerSecondMax: 1e6, charactersPerSecondMax: 1e9 },
  });
});
afterAll(() => chat.close());

type Act =
  | { readonly kind: 'send'; readonly device: number; readonly count: number }
  | { readonly kind: 'cut' | 'leave' | 'resume' | 'expire'; readonly device: number }
  | {
      readonly kind: 'connect';
      readonly device: number;
      readonly isReaderFirst: boolean;
      readonly carbons: boolean;
    }
  | { readonly kind: 'look'; readonly device: number; readonly isActive: boolean };

const device = fc.nat({ max: 3 });
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        device,
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), device }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'expire' as const), device }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('resume' as const), device }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('connect' as const),
        device,
        isReaderFirst: fc.boolean(),
        carbons: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('look' as const), device, isActive: fc.boolean() }),
    },
  ),
  { minLength: 10, maxLength: 40 },
);

let accounts = 0;

/** What was said between the two. */
interface Said {
  readonly id: string;
  /** Which device said it. */
  readonly by: number;
}

class Device {
  readonly account: string;
  readonly actor: XmppActor;
  readonly #resource: string;
  state: 'off' | 'on' | 'away' = 'off';
  hasCarbons = true;
  /** By id of the message: where it stands in the archive; 0 for what it has said itself. */
  readonly seen = new Map<string, number>();
  /** What it has heard in this session, by id of the archive. */
  #heard: number[] = [];
  #last = 0;
  /** Sent, and lost with its session before anybody said that it was there. */
  readonly doubtful = new Set<string>();

  constructor(account: string, resource: string, transport: 'tcp' | 'websocket') {
    this.account = account;
    this.#resource = resource;
    const port = transport === 'tcp' ? chat.ports.plain : chat.ports.ws;
    this.actor = new XmppActor({ transport, port, domain: chat.domain, startTls: false });
  }

  get #login() {
    return { username: this.account, password: chatPassword, resource: this.#resource };
  }

  get bare(): string {
    return `${this.account}@${chat.domain}`;
  }

  async connect(isReaderFirst: boolean, carbons: boolean): Promise<void> {
    for (const text of this.actor.acks.unacknowledged)
      this.doubtful.add(/ id='([^']+)'/.exec(text)?.[1] ?? '');
    this.actor.acks.isOn = false;
    // What it hears before it has caught up says nothing of what came between.
    const since = this.#last;
    await this.actor.login(this.#login);
    await this.actor.enableAcks();
    this.#heard = [];
    this.state = 'on';
    this.hasCarbons = carbons;
    if (carbons) await this.actor.enableCarbons();
    if (isReaderFirst && carbons) await this.catchUp(since);
    await this.actor.send('<presence/>');
    if (!(isReaderFirst && carbons)) await this.catchUp(since);
  }

  /** XEP-0313: all that came after what it knows. */
  async catchUp(since = this.#last): Promise<void> {
    await this.settle();
    for (let last = since; ; ) {
      const after = last === 0 ? '' : `<after>${last}</after>`;
      const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>5</max>${after}</set>`;
      const answer = await this.actor.ask('set', `<query xmlns='${mamNs}'>${set}</query>`);
      const fin = childOf(answer, 'fin', mamNs);
      this.#read();
      if (fin?.attributes.complete === 'true') return;
      last = Number(textOf(fin && childOf(childOf(fin, 'set', resultSetsNs) ?? fin, 'last')));
    }
  }

  /** All that the server had for it is there and read. */
  async settle(): Promise<void> {
    if (this.state !== 'on') return;
    await this.actor.barrier();
    this.#read();
  }

  #read(): void {
    const came = this.actor.unread.map(({ element }) => element);
    (this.actor.unread as unknown[]).length = 0;
    for (const element of came) {
      if (element.name !== 'message') continue;
      const result = childOf(element, 'result', mamNs);
      if (result !== undefined) this.#know(inner(result), Number(result.attributes.id));
      else this.#hear(copied(element) ?? element);
    }
  }

  #hear(message: Element): void {
    const stamp = [...elementsOf(message)].find(({ name, ns }) => name === 'stanza-id' && ns === stanzaIdNs);
    expect(stamp?.attributes.by).toBe(this.bare);
    const id = Number(stamp?.attributes.id);
    // In order, and none twice, in one session.
    expect(id).toBeGreaterThan(this.#heard.at(-1) ?? 0);
    this.#heard.push(id);
    this.#know(message, id);
  }

  #know(message: Element, id: number): void {
    const name = message.attributes.id ?? '';
    const known = this.seen.get(name);
    if (known !== undefined && known !== 0) expect(id).toBe(known);
    this.seen.set(name, id);
    this.#last = Math.max(this.#last, id);
  }

  async resume(): Promise<boolean> {
    try {
      await this.actor.resume(this.#login);
      this.state = 'on';
      return true;
    } catch {
      this.actor.cut();
      this.state = 'off';
      return false;
    }
  }

  async leave(): Promise<void> {
    await this.settle();
    await this.actor.disconnect();
    this.#read();
    this.state = 'off';
  }

  cut(): void {
    this.#read();
    this.actor.cut();
    this.state = 'away';
  }
}

const inner = (wrapper: Element): Element => {
  const forwarded = childOf(wrapper, 'forwarded', forwardNs);
  const message = forwarded && childOf(forwarded, 'message', 'jabber:client');
  if (message === undefined) throw new Error('nothing is forwarded');
  return message;
};
const copied = (message: Element): Element | undefined => {
  const copy = [...elementsOf(message)].find(({ ns }) => ns === carbonsNs);
  return copy && inner(copy);
};

class World {
  readonly devices: readonly Device[];
  readonly said: Said[] = [];
  /** By device: what its sibling said while it had no copies. */
  readonly maybe: readonly Set<string>[];

  constructor(devices: readonly Device[]) {
    this.devices = devices;
    this.maybe = devices.map(() => new Set());
  }

  async run(act: Act): Promise<void> {
    const one = this.devices[act.device] as Device;
    switch (act.kind) {
      case 'send':
        return this.#send(one, act.count);
      case 'cut':
        if (one.state === 'on') one.cut();
        return;
      case 'leave':
        if (one.state !== 'on') return;
        await one.leave();
        return;
      case 'resume':
        if (one.state === 'away') await one.resume();
        return;
      case 'expire':
        return this.#expire();
      case 'connect':
        if (one.state !== 'on') await one.connect(act.isReaderFirst, act.carbons);
        return;
      case 'look':
        if (one.state === 'on') await one.actor.setActive(act.isActive);
    }
  }

  async #send(one: Device, count: number): Promise<void> {
    if (one.state !== 'on') return;
    const at = this.devices.indexOf(one);
    const to = this.devices[at < 2 ? 2 : 0] as Device;
    for (let k = 0; k < count; k++) {
      const id = `${one.account}-${this.said.length}`;
      this.said.push({ id, by: at });
      one.seen.set(id, 0);
      const sibling = at ^ 1;
      if (this.devices[sibling]?.hasCarbons === false) this.maybe[sibling]?.add(id);
      await one.actor.send(`<message to='${to.bare}' type='chat' id='${id}'><body>${id}</body></message>`);
    }
  }

  /** Those that are away are away for too long. */
  async #expire(): Promise<void> {
    const sessions = () => [...chat.server.chat.homes.sessions()];
    const away = this.devices.filter(({ state }) => state === 'away');
    const names = new Set(away.map(({ actor }) => actor.jid));
    if (names.size === 0) return;
    await expect
      .poll(() => sessions().filter(({ text, stream }) => names.has(text) && stream !== null))
      .toEqual([]);
    clock.advance(61_000);
    await expect.poll(() => sessions().filter(({ text }) => names.has(text))).toEqual([]);
    // The others have been quiet for a minute, which is nothing.
  }

  /** Everybody is there, and everybody knows everything. */
  async judge(): Promise<void> {
    for (const one of this.devices) {
      if (one.state === 'away') await one.resume();
      if (one.state !== 'on') await one.connect(true, true);
      await one.actor.setActive(true);
    }
    for (const one of this.devices) await one.settle();
    for (const one of this.devices) await one.catchUp();
    const doubtful = new Set(this.devices.flatMap((one) => [...one.doubtful]));
    const archives = await Promise.all([0, 2].map((at) => this.#archive(this.devices[at] as Device)));
    for (const [at, one] of this.devices.entries()) {
      const archive = archives[at < 2 ? 0 : 1] as readonly string[];
      for (const { id } of this.said) {
        if (!archive.includes(id)) expect([id, doubtful.has(id)]).toEqual([id, true]);
        else if (!one.seen.has(id)) expect([at, id, this.maybe[at]?.has(id)]).toEqual([at, id, true]);
      }
    }
    // Both archives hold the same, once, and what one account has said in the order in which a device said it.
    expect(new Set(archives[0])).toEqual(new Set(archives[1]));
    for (const archive of archives) {
      expect(new Set(archive).size).toBe(archive.length);
      for (const by of this.devices.keys()) {
        const ids = this.said
          .filter((each) => each.by === by && archive.includes(each.id))
          .map(({ id }) => id);
        expect(archive.filter((id) => ids.includes(id))).toEqual(ids);
      }
    }
    for (const one of this.devices) one.actor.cut();
  }

  async #archive(one: Device): Promise<readonly string[]> {
    const member = await chat.accounts.byAddress(one.bare);
    const ids: string[] = [];
    for await (const rows of chat.store.archive.all({ kind: 'account', owner: member?.id ?? 0 }))
      ids.push(...rows.map(({ messageId }) => messageId ?? ''));
    return ids;
  }
}

describe('what every device knows in the end', () => {
  test('everything, once and in order', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (all) => {
        const [romeo, juliet] = [`r${++accounts}`, `j${accounts}`];
        await chat.addMember(romeo);
        await chat.addMember(juliet);
        const world = new World([
          new Device(romeo, 'phone', 'tcp'),
          new Device(romeo, 'desk', 'websocket'),
          new Device(juliet, 'phone', 'websocket'),
          new Device(juliet, 'desk', 'tcp'),
        ]);
        for (const one of [0, 2]) await world.devices[one]?.connect(true, true);
        for (const act of all) await world.run(act);
        await world.judge();
      }),
      { numRuns: 12 },
    );
  });
});
