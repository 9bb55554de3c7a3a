import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite } from '../../src/testing/index.ts';
import {
  answeringMessage,
  compareCommands,
  compareMessages,
  corpusMessages,
  type Difference,
  type Dovecot,
  dice,
  dovecotPassword,
  explain,
  madeMessage,
  readOtherwise,
  runScript,
  type Server,
  sortCommand,
  startDovecot,
  threadCommand,
} from '../differential/index.ts';
import { withTools } from '../harness/index.ts';

const password = 'correct horse battery';
/** `MYCO_DIFFERENTIAL_COMMANDS=5000` runs more, `MYCO_DIFFERENTIAL_SEED` others. */
const commands = Number(process.env.MYCO_DIFFERENTIAL_COMMANDS ?? 400);
const seed = Number(process.env.MYCO_DIFFERENTIAL_SEED ?? 1);

withTools('IMAP beside Dovecot', ['dovecot'], () => {
  let suite: TestSuite;
  let dovecot: Dovecot;
  let members = 0;

  beforeAll(async () => {
    suite = await startSuite({ settings: { auth: { plaintext: 'allow' } } });
    // Mailboxes are shared with this one.
    await suite.addMember('friend@coop.localhost', password);
    dovecot = await startDovecot();
  });

  afterAll(async () => {
    await dovecot?.stop();
    await suite?.stop();
  });

  async function member(): Promise<readonly [Server, Server]> {
    const name = `member${++members}`;
    const user = `${name}@coop.localhost`;
    await suite.addMember(user, password);
    return [
      { port: suite.ports.imap, user, password },
      { port: dovecot.port, user: name, password: dovecotPassword },
    ];
  }

  test(`${commands} commands in three sessions are answered alike, or otherwise with leave`, async () => {
    const samples = corpusMessages().filter(({ name }) => !readOtherwise.has(name));
    const outcome = await runScript(member, { seed, commands, sessions: 3, samples });
    expect(outcome.commands).toBeGreaterThanOrEqual(commands);
    expect(unexplained(outcome.differences)).toEqual([]);
    // Both servers were heard: a run in which nothing differs at all has compared nothing.
    expect(outcome.differences.length).toBeGreaterThan(0);
  }, 600_000);

  test('messages of the corpus and made ones have the same envelope, structure and sections', async () => {
    const made = dice(seed);
    const samples = [
      ...corpusMessages().filter(({ name }) => !readOtherwise.has(name)),
      ...Array.from({ length: 60 }, (_, index) => ({ name: `made ${index}`, bytes: madeMessage(made) })),
    ];
    const [ours, theirs] = await member();
    expect(unexplained(await compareMessages(ours, theirs, samples))).toEqual([]);
  }, 600_000);

  test('messages are sorted and threaded alike', async () => {
    for (let round = 0; round < Math.ceil(commands / 100); round++) {
      const chosen = dice(seed + round);
      const samples = Array.from({ length: 40 }, (_, index) => answeringMessage(chosen, index));
      const asked = Array.from({ length: 50 }, () => {
        const uid = chosen.chance(30) ? 'UID ' : '';
        const among = `${1 + chosen.below(20)}:${20 + chosen.below(20)}`;
        if (chosen.chance(50)) return `${uid}${sortCommand(chosen, 3, 'ALL')}`;
        return `${uid}${threadCommand(chosen, chosen.pick(['ALL', '1:*', among]))}`;
      });
      const [ours, theirs] = await member();
      expect(unexplained(await compareCommands(ours, theirs, samples, asked))).toEqual([]);
    }
  }, 600_000);

  test('messages that are listed as read otherwise still are', async () => {
    const samples = corpusMessages().filter(({ name }) => readOtherwise.has(name));
    const [ours, theirs] = await member();
    const differing = (await compareMessages(ours, theirs, samples)).filter((each) => !explain(each));
    const names = new Set(differing.map(({ command }) => command.split(':')[0]));
    expect([...names].sort()).toEqual(samples.map(({ name }) => name).sort());
  }, 600_000);
});

/** What a reader needs in order to judge: the command, both answers, what went before. */
function unexplained(differences: readonly Difference[]) {
  const short = (text: string | undefined) => text?.slice(0, 1_000);
  return differences
    .filter((each) => explain(each) === undefined)
    .slice(0, 5)
    .map(({ command, what, ours, theirs, history }) => ({
      command,
      what,
      ours: short(ours),
      theirs: short(theirs),
      history,
    }));
}
