import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { type Conversations, type NodeConfig, openConversations, type RoomConfig } from './index.ts';

const start = Date.UTC(2026, 10, 23);
const nobody = { listed: true, subscription: 'none', ask: false, pendingIn: false, approved: false };
/** Numbers that stand for nothing else; an archive is twice its account. */
const [ana, bea] = [70_001_233, 80_001_234];
const [anaJid, beaJid] = ['ana@coop.example', 'bea@coop.example'];
/** A table that names an account names it in one of these. */
const naming: readonly string[] = ['account', 'archive', 'creator'];

const nodeConfig: NodeConfig = {
  ...{ title: '', description: '', language: '', type: '', accessModel: 'presence', rosterGroupsAllowed: [] },
  ...{ publishModel: 'publishers', maxItems: 1, persistItems: true, itemExpireSeconds: null },
  ...{ sendLastPublishedItem: 'never', deliverNotifications: true, deliverPayloads: true },
  ...{ presenceBasedDelivery: false, notificationType: 'headline', notifyConfig: false, notifyDelete: true },
  ...{ notifyRetract: true, notifySub: false, itemReply: 'owner' },
};
const roomConfig: RoomConfig = {
  ...{ name: '', description: '', language: '', persistent: true, public: true, membersOnly: false },
  ...{ moderated: false, password: '', whois: 'moderators', allowInvites: true, allowSubjectChange: false },
  ...{ privateMessages: 'anyone', presenceBroadcast: ['moderator'], maxUsers: null, historyMax: 20 },
  ...{ archive: true, contacts: [] },
};

describeEngines('a member who is erased', (engine) => {
  let stores: TestStores;
  let kept: Conversations;
  beforeEach(async () => {
    const clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    kept = openConversations({ database: stores.database, clock });
  });
  afterEach(async () => {
    await kept.close();
    await stores.close();
  });

  const isSqlite = () => engine.name === 'sqlite';
  async function tables(): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await stores.look(
      isSqlite()
        ? `select m.name as "table", c.name as "column" from sqlite_master m, pragma_table_info(m.name) c
            where m.type = 'table' and m.name like 'conversation~_%' escape '~'`
        : `select table_name as "table", column_name as "column" from information_schema.columns
            where table_schema = current_schema() and table_name like 'conversation~_%' escape '~'`,
    );
    const found = new Map<string, string[]>();
    for (const { table, column } of rows) {
      const columns = found.get(String(table)) ?? [];
      found.set(String(table), [...columns, String(column)]);
    }
    return found;
  }

  /** Of each table, how many rows speak of somebody by number, by archive or by address. */
  async function traces(account: number, jid: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const table of (await tables()).keys()) {
      const rows = await stores.look(`select * from ${table}`);
      const texts = rows.map((row) =>
        JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      );
      const speaks = texts.filter((text) =>
        [account, 2 * account, jid].some((each) => text.includes(String(each))),
      );
      if (speaks.length > 0) found[table] = speaks.length;
    }
    return found;
  }

  async function furnish(account: number, jid: string, other: string): Promise<void> {
    const { roster, archive, nodes, registrations, rooms } = kept;
    await roster.change(account, other, 0, { listed: true, subscription: 'both' });
    await roster.block(account, { add: ['spam.example'] });
    await roster.setPreferences(account, { standard: 'always', always: [], never: [] });
    await roster.setPrivateXml(account, { name: 'x', ns: 'urn:x' }, "<x xmlns='urn:x'/>");
    const row = {
      ...({
        kind: 'account',
        owner: account,
        atMs: start,
        peer: other,
        resource: '',
        direction: 'in',
      } as const),
      ...({ type: 'chat', messageId: 'm', originId: null, occupantId: null, body: 'hello there' } as const),
      ...{ stanza: '<message/>', offline: true },
    };
    const { ids } = await archive.append([row]);
    // The index takes thousands at a time.
    const word = isSqlite() ? "x'61'" : "'\\x61'::bytea";
    await stores.damage(
      `insert into conversation_words (archive, word, id) values (${2 * account}, ${word}, ${ids[0]})`,
    );
    const node = { service: 'pep', account, node: 'n', publisher: jid };
    const items = [{ id: 'i', payload: "<x xmlns='urn:x'/>" }];
    await nodes.publish({ ...node, items, defaults: nodeConfig });
    const early = { ...node, node: 'early' };
    await nodes.publish({ ...early, items, defaults: nodeConfig });
    await nodes.setAffiliations(early, [{ jid: other, account: 0, affiliation: 'member' }]);
    const { push, tokens, devices, invites, uploads, queue } = registrations;
    await push.enable(account, {
      ...{ service: 'push.example', node: '', options: '', client: 'c', credential: '1' },
    });
    await tokens.issue(account, {
      ...{ client: 'c', mechanism: 'HT', token: 't', expiresMs: start + 9, version: 1, credential: '1' },
    });
    await devices.seen(account, { client: 'c', tag: '', software: '', name: '', credential: '1' });
    await invites.create({
      ...{ kind: 'contact', creator: account, local: '', groups: [], rooms: [], label: '', uses: 1 },
      expiresMs: start + 9,
    });
    await uploads.open(account, { name: 'f', size: 1, type: '', expiresMs: start + 9 });
    await queue.append([
      { domain: 'else.example', stanza: '<message/>', sender: jid, account, expiresMs: start + 9 },
    ]);
    const local = account === ana ? 'den' : 'tea';
    await rooms.create({
      service: 'rooms',
      local,
      config: roomConfig,
      creator: account,
      owners: [{ jid, account }],
    });
  }

  /** As `other` has it. */
  async function standWith(account: number, jid: string, other: number): Promise<void> {
    const { nodes, rooms } = kept;
    const node = { service: 'pep', account: other, node: 'n' };
    await nodes.setAffiliations(node, [{ jid, account, affiliation: 'publisher' }]);
    await nodes.subscribe(node, { jid: `${jid}/x`, account, subid: '', state: 'subscribed', options: {} });
    for await (const page of rooms.all())
      for (const { id, creator } of page)
        if (creator === other) await rooms.setAffiliations(id, [{ jid, account, affiliation: 'admin' }]);
  }

  test('is named in no table of chat any more, but where others keep the address for themselves', async () => {
    await furnish(ana, anaJid, beaJid);
    await furnish(bea, beaJid, anaJid);
    await standWith(ana, anaJid, bea);
    await standWith(bea, beaJid, ana);
    const before = await traces(ana, anaJid);
    const named = [...(await tables())].filter(([, columns]) =>
      columns.some((column) => naming.includes(column)),
    );
    expect(named.length).toBeGreaterThan(10);
    for (const [table] of named) expect([table, (before[table] ?? 0) > 0]).toEqual([table, true]);
    const others = await traces(bea, beaJid);

    await kept.erase(ana);
    expect(await traces(ana, anaJid)).toEqual({
      // Bea's list of contacts, her archive, and whom she has let see a node before there was such a member.
      ...{ conversation_contacts: 1, conversation_messages: 1, conversation_node_affiliations: 1 },
    });
    // Hers is all there, but for how she stood to ana's nodes.
    const standing = ['conversation_node_affiliations', 'conversation_subscriptions'];
    const left = Object.keys(await traces(bea, beaJid));
    expect(left).toEqual(Object.keys(others).filter((table) => !standing.includes(table)));

    // Again, as after a crash; now with what she was called.
    await kept.erase(ana, [anaJid, 'no address of chat']);
    expect(await traces(ana, anaJid)).toEqual({ conversation_contacts: 1, conversation_messages: 1 });
    expect((await kept.roster.load(bea)).contacts.get(anaJid)).toMatchObject(nobody);
  });
});
