import { beforeAll, expect, test } from 'vitest';
import { describeEngines, plansOf } from '../../../testing/index.ts';
import { type NodesQueries, nodesQueries } from './queries.ts';
import { nodesTables } from './tables.ts';

/** Thirty nodes of each of a hundred accounts, and ten items and subscriptions of each. */
const fill = `
  insert into conversation_nodes (service, account, name, config, items, bytes, "lastSeq", modseq, created)
    select 'pep', n % 100, 'node ' || n, '{}', 10, 0, n, n, 0 from generate_series(1, 3000) n;
  insert into conversation_items select n % 3000, 'item ' || n, '', '', 0, n, 0, 0 from generate_series(1, 30000) n;
  insert into conversation_subscriptions
    select n % 3000, 'jid ' || n, '', 'jid ' || n, n % 100, 'subscribed', '{}' from generate_series(1, 30000) n;
  insert into conversation_node_affiliations
    select n % 3000, 'jid ' || n, n % 100, 'member' from generate_series(1, 30000) n`;

describeEngines('statements of nodes', (engine) => {
  let plans: ReadonlyMap<string, string>;
  beforeAll(async () => {
    plans = await plansOf(engine, nodesTables, nodesQueries, fill);
  }, 60_000);

  test('none reads a table whole', () => {
    expect(plans.size).toBeGreaterThan(40);
    const whole = [...plans].filter(([, plan]) => /SCAN (?!CONSTANT ROW|json_each)|Seq Scan/.test(plan));
    expect(whole).toEqual([]);
  });

  test.each<[keyof NodesQueries, string]>([
    ['nodeFind', 'conversation_nodes_service_account_name'],
    ['lastItems', 'conversation_nodes_'],
    ['lastItems', 'conversation_items_node_seq'],
    ['headsUp', 'conversation_items_node_seq'],
    ['headsDown', 'conversation_items_node_seq'],
    ['itemsOldest', 'conversation_items_node_seq'],
    ['subscriptionsOn', 'conversation_subscriptions_bare_node'],
    ['itemsOver', 'conversation_items_expires'],
    ['subscriptionsForget', 'conversation_subscriptions_account'],
    ['affiliationsForget', 'conversation_node_affiliations_account'],
  ])('%s is found by %s', (name, index) => {
    expect(plans.get(name)).toContain(index);
  });
});
