import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { applyFlags } from './flags.ts';
import { flagBits, type MessageRow, mailModule } from './index.ts';

/** Twelve contents of one size each, so that copies and equal deliveries share bytes. */
const contentCount = 12;
const body = (content: number) =>
  Buffer.from(`Subject: content ${content}\r\n\r\n${'x'.repeat(100 + content)}\r\n`);
const names = ['INBOX', 'Archive', 'Trash', 'a', 'a/b', 'c'] as const;

interface Message {
  uid: number;
  flags: number;
  keywords: string;
  content: number;
}
interface Box {
  uidNext: number;
  messages: Message[];
  expunged: number[];
}

/** What a mail store is, without any storage: the thing to agree with. */
class Model {
  readonly boxes = new Map<string, Box>();
  readonly gone: Box[] = [];

  constructor() {
    for (const name of ['INBOX', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash']) this.make(name);
  }
  make(name: string): void {
    this.boxes.set(name, { uidNext: 1, messages: [], expunged: [] });
  }
  box(name: string): Box {
    const box = this.boxes.get(name);
    if (!box) throw new StoreError('not-found', name);
    return box;
  }
  add(box: Box, message: Omit<Message, 'uid'>): number {
    box.messages.push({ ...message, uid: box.uidNext });
    return box.uidNext++;
  }
  take(box: Box, uids: readonly number[]): Message[] {
    const taken = box.messages.filter(({ uid }) => uids.includes(uid));
    box.messages = box.messages.filter(({ uid }) => !uids.includes(uid));
    box.expunged.push(...taken.map(({ uid }) => uid));
    return taken;
  }
}

type Pick = { box: string; picks: number[] };
type Action =
  | { do: 'deliver'; box: string; content: number; flags: number }
  | ({ do: 'flags'; mode: 'add' | 'remove' | 'replace'; flags: number; keywords: string[] } & Pick)
  | ({ do: 'copy' | 'move'; to: string } & Pick)
  | ({ do: 'expunge'; all: boolean } & Pick)
  | NameAction;
type NameAction =
  | { do: 'create'; box: string }
  | { do: 'remove'; box: string }
  | { do: 'rename'; box: string; to: string };

const box = fc.constantFrom(...names);
const picks = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
const flags = fc.integer({ min: 0, max: 31 });
const keywords = fc.subarray(['$Work', '$work', 'Later', 'x']);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      box,
      flags,
      content: fc.nat(contentCount - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('flags' as const),
      mode: fc.constantFrom('add' as const, 'remove' as const, 'replace' as const),
      box,
      picks,
      flags,
      keywords,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('copy' as const, 'move' as const), box, to: box, picks }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('expunge' as const), box, picks, all: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('create' as const), box }),
      fc.record({ do: fc.constant('remove' as const), box }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), box, to: box }) },
);

/** The same action on the model; throws the refusal that the store must answer too. */
function onModel(model: Model, now: Action): void {
  switch (now.do) {
    case 'deliver': {
      const target = model.boxes.get(now.box) ?? model.box('INBOX');
      model.add(target, { flags: now.flags, keywords: '', content: now.content });
      return;
    }
    case 'flags':
      for (const message of model.box(now.box).messages) {
        if (now.picks.includes(message.uid))
          Object.assign(message, applyFlags(message, now.mode, now.flags, now.keywords));
      }
      return;
    case 'copy':
    case 'move': {
      const [from, to] = [model.box(now.box), model.box(now.to)];
      const chosen = from.messages.filter(({ uid }) => now.picks.includes(uid));
      for (const message of chosen) model.add(to, message);
      if (now.do === 'move')
        model.take(
          from,
          chosen.map(({ uid }) => uid),
        );
      return;
    }
    case 'expunge': {
      const from = model.box(now.box);
      const due = from.messages.filter(({ uid, flags }) => {
        return (flags & flagBits.deleted) !== 0 && (now.all || now.picks.includes(uid));
      });
      model.take(
        from,
        due.map(({ uid }) => uid),
      );
      return;
    }
    default:
      onModelNames(model, now);
  }
}

function onModelNames(model: Model, now: NameAction): void {
  const below = (name: string) => [...model.boxes.keys()].filter((other) => other.startsWith(`${name}/`));
  const parents = (name: string) => {
    for (const parent of name.includes('/') ? ['a'] : []) if (!model.boxes.has(parent)) model.make(parent);
  };
  if (now.do === 'create') {
    if (model.boxes.has(now.box)) throw new StoreError('exists', now.box);
    parents(now.box);
    model.make(now.box);
    return;
  }
  if (now.do === 'remove') {
    if (now.box === 'INBOX') throw new StoreError('invalid', now.box);
    model.box(now.box);
    if (below(now.box).length > 0) throw new StoreError('has-children', now.box);
    model.boxes.delete(now.box);
    return;
  }
  const source = model.box(now.box);
  if (now.box === 'INBOX') {
    if (model.boxes.has(now.to)) throw new StoreError('exists', now.to);
    parents(now.to);
    model.make(now.to);
    const all = model.take(
      source,
      source.messages.map(({ uid }) => uid),
    );
    for (const message of all) model.add(model.box(now.to), message);
    return;
  }
  if (now.to.startsWith(`${now.box}/`)) throw new StoreError('invalid', now.to);
  if (model.boxes.has(now.to)) throw new StoreError('exists', now.to);
  const moves = [now.box, ...below(now.box)].map(
    (from) => [from, now.to + from.slice(now.box.length)] as const,
  );
  if (moves.some(([, to]) => model.boxes.has(to))) throw new StoreError('exists', now.to);
  parents(now.to);
  for (const [from, to] of moves) {
    model.boxes.set(to, model.box(from));
    model.boxes.delete(from);
  }
}

describeEngines('mail store against a model', (engine) => {
  let stores: TestStores;
  let account = 0;
  beforeAll(async () => {
    stores = await openTestStores(engine);
  });
  afterAll(() => stores.close());

  async function onStore(now: Action): Promise<void> {
    const { mail } = stores;
    const id = async (name: string) => (await mail.find(account, name)).id;
    switch (now.do) {
      case 'deliver': {
        const staged = await mail.stage(body(now.content), 1000);
        await mail.deliver(account, now.box, { ...staged, flags: now.flags });
        return mail.discard(staged.blob);
      }
      case 'flags': {
        const { mode, flags, keywords, picks: uids } = now;
        const change = { account, mailbox: await id(now.box), uids, mode, flags, keywords };
        return void (await mail.storeFlags(change));
      }
      case 'copy':
      case 'move':
        return void (await mail[now.do](account, await id(now.box), await id(now.to), now.picks));
      case 'expunge':
        return void (await mail.expunge(account, await id(now.box), now.all ? null : now.picks));
      case 'create':
        return void (await mail.create(account, now.box));
      case 'remove':
        return void (await mail.remove(account, now.box));
      case 'rename':
        return void (await mail.rename(account, now.box, now.to));
    }
  }

  async function outcome(work: () => unknown): Promise<string> {
    try {
      await work();
      return 'done';
    } catch (error) {
      if (error instanceof StoreError) return error.reason;
      throw error;
    }
  }

  /** Mailboxes by name as the store shows them, in the model's words. */
  async function shown(): Promise<Map<string, Box>> {
    const boxes = new Map<string, Box>();
    for (const { name, mailbox } of await stores.mail.list(account)) {
      if (!mailbox) continue;
      const rows: MessageRow[] = [];
      for await (const page of stores.mail.scan(account, mailbox.id, 1, mailbox.uidNext)) rows.push(...page);
      const contents = await stores.mail.contents(
        account,
        rows.map((row) => row.email),
      );
      const messages = rows.map(({ uid, flags, keywords, email, modseq }) => {
        expect(modseq).toBeLessThanOrEqual(mailbox.highestModseq);
        const subject = /content (\d+)/.exec(contents.get(email)?.envelope ?? '')?.[1];
        return { uid, flags, keywords, content: Number(subject) };
      });
      const expunged = [...(await stores.mail.vanished(account, mailbox.id, 0, mailbox.highestModseq))];
      boxes.set(name, { uidNext: mailbox.uidNext, messages, expunged });
    }
    return boxes;
  }

  test('random operations: same answers, same mailboxes, same UIDs, sound counters', {
    timeout: 240_000,
  }, async () => {
    const property = fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60 }), async (actions) => {
      account++;
      await stores.mail.provision(account);
      const model = new Model();
      let lastModseq = 0;
      for (const now of actions) {
        const expected = await outcome(() => onModel(model, now));
        expect([now, await outcome(() => onStore(now))]).toEqual([now, expected]);
        const modseqs = (await stores.mail.list(account)).map((entry) => entry.mailbox?.highestModseq ?? 0);
        const highest = Math.max(lastModseq, ...modseqs);
        if (now.do === 'deliver') expect(highest).toBeGreaterThan(lastModseq);
        lastModseq = highest;
      }
      const sorted = (boxes: Map<string, Box>) =>
        [...boxes]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { expunged, ...rest }]) => [
            name,
            { ...rest, expunged: [...expunged].sort((x, y) => x - y) },
          ]);
      expect(sorted(await shown())).toEqual(sorted(model.boxes));
      for (const check of mailModule.checks ?? []) {
        expect(await stores.database.call(check, { after: account - 1 })).toEqual({
          next: account,
          faults: [],
        });
      }
    });
    await fc.assert(property, { seed: 20261122, numRuns: 25 });
  });

  test('the same mailboxes changed by many at once stay sound', async () => {
    account++;
    const { mail } = stores;
    await mail.provision(account);
    const [inbox, archive] = [await mail.find(account, 'INBOX'), await mail.find(account, 'Archive')];
    const work = Array.from({ length: 120 }, async (_, at) => {
      const pick = [1 + (at % 9), 2 + (at % 7)];
      if (at % 3 === 0) {
        const staged = await mail.stage(body(at % contentCount), 1000);
        await mail.deliver(account, 'INBOX', staged);
        return mail.discard(staged.blob);
      }
      if (at % 3 === 1) {
        const mode = at % 2 ? 'add' : 'remove';
        const bits = flagBits.seen | (at % 4 ? flagBits.deleted : 0);
        const change = { account, mailbox: inbox.id, uids: pick, mode, flags: bits, keywords: [] } as const;
        return void (await mail.storeFlags(change));
      }
      if (at % 9 === 2) return void (await mail.expunge(account, inbox.id, null));
      if (at % 9 === 5) return void (await mail.copy(account, inbox.id, archive.id, pick));
      return void (await mail.move(account, inbox.id, archive.id, pick));
    });
    await Promise.all(work);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect((await mail.find(account, 'INBOX')).uidNext).toBe(41);
  });

  test('the same mailbox made by many at once is made once', async () => {
    account++;
    await stores.mail.provision(account);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => outcome(() => stores.mail.create(account, 'new/one'))),
    );
    expect(outcomes.sort()).toEqual(['done', ...Array(7).fill('exists')]);
  });
});
