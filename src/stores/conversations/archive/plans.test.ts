import { beforeAll, expect, test } from 'vitest';
import { describeEngines, plansOf } from '../../../testing/index.ts';
import { type ArchiveQueries, archiveQueriesOf } from './queries.ts';
import { archiveTables } from './tables.ts';

/** Three hundred messages of each of a hundred archives, ten words of each. */
const fill = `
  insert into conversation_archives select n, n % 2, 30000, 30000, 30000, 300, 0, 0, 0, 300, n from generate_series(1, 2000) n;
  insert into conversation_messages select n % 100, n, n, 'peer ' || n % 7, '', 0, 0, 0, 0, 'm' || n, 'o' || n, null, 'body', ''
    from generate_series(1, 30000) n;
  insert into conversation_offline select n % 100, n from generate_series(1, 30000) n;
  insert into conversation_words select n % 100, cast('word ' || n % 977 as bytea), n from generate_series(1, 60000) n`;

describeEngines('statements of archives', (engine) => {
  let plans: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const typed = engine.name === 'sqlite' ? fill.replaceAll('bytea', 'blob') : fill;
    plans = await plansOf(engine, archiveTables, archiveQueriesOf, typed);
  }, 60_000);

  test('none reads a table whole', () => {
    expect(plans.size).toBeGreaterThan(30);
    const whole = [...plans].filter(([, plan]) => /SCAN (?!CONSTANT ROW|json_each)|Seq Scan/.test(plan));
    expect(whole).toEqual([]);
  });

  const byKey = {
    sqlite: 'conversation_messages USING PRIMARY KEY (archive=?',
    postgres: 'conversation_messages_archive_id_pk',
  };
  const byWord = {
    sqlite: 'PRIMARY KEY (archive=? AND word>? AND word<?)',
    postgres: 'conversation_words_archive_word_id_pk',
  };
  const byPeer = 'conversation_messages_archive_peer_id';
  test.each<[keyof ArchiveQueries, string]>([
    ['pageForward', byKey[engine.name]],
    ['pageBackward', byKey[engine.name]],
    ['messageFrom', byKey[engine.name]],
    ['messagesNamed', byKey[engine.name]],
    ['bodiesNamed', byKey[engine.name]],
    ['messagesOldest', byKey[engine.name]],
    ['peerForward', byPeer],
    ['peerBackward', byPeer],
    ['byMessageId', 'conversation_messages_archive_messageId'],
    ['byOriginId', 'conversation_messages_archive_originId'],
    ['archiveOldest', 'conversation_archives_kind_firstAt'],
    ['wordsForward', byWord[engine.name]],
    ['wordsBackward', byWord[engine.name]],
  ])('%s is found by %s', (name, index) => {
    expect(plans.get(name)).toContain(index);
  });
});
