import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEngines, openTestImap, type TestImap, type TestSocket } from '../testing/index.ts';

// THREATS 9: whatever owners grant and take away, a guest sees and does what its rights say and nothing else.

const canary = 'canary-of-others';
const message = `Subject: ${canary}\r\n\r\n${canary}\r\n`;

interface Reply {
  readonly lines: readonly string[];
  /** `OK`, `NO [NOPERM]`, `BYE`: status and code of the answer. */
  readonly answer: string;
}

/** Sends a command, its literals as `{n+}`; answers what came up to its tagged line or the end. */
async function ask(socket: TestSocket, command: string): Promise<Reply> {
  await socket.send(`t ${command}\r\n`);
  const lines: string[] = [];
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? null;
    if (line === null) return { lines, answer: 'BYE' };
    const [, status = '', code = ''] = /^t (\w+) (\[\w+)?/.exec(line) ?? [];
    if (status !== '') return { lines, answer: code === '' ? status : `${status} ${code}]` };
    lines.push(line);
  }
}

/** Whole numbers that look random and come again with the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A mailbox by the name its owner has for it, and by the guest's. */
interface Box {
  readonly keeper: 'alice' | 'carol';
  readonly own: string;
  readonly seen: string;
}

const boxes: readonly Box[] = [
  { keeper: 'alice', own: 'INBOX', seen: 'Other Users/alice/INBOX' },
  { keeper: 'alice', own: 'Plans', seen: 'Other Users/alice/Plans' },
  { keeper: 'alice', own: 'Plans/May', seen: 'Other Users/alice/Plans/May' },
  { keeper: 'carol', own: 'Public/News', seen: 'Public/News' },
  { keeper: 'carol', own: 'Public/News/Old', seen: 'Public/News/Old' },
];
const quoted = (name: string) => `"${name}"`;
const letters = 'lrswipkxtea';

/** What the rights to a mailbox must lead to. */
class Oracle {
  readonly #granted = new Map<string, { me: string; all: string; denied: string }>();

  set(box: Box, line: 'me' | 'all' | 'denied', rights: string): void {
    this.#granted.set(box.seen, { ...this.#of(box), [line]: rights });
  }

  #of({ seen }: Box) {
    return this.#granted.get(seen) ?? { me: '', all: '', denied: '' };
  }

  rights(box: Box): string {
    const { me, all, denied } = this.#of(box);
    return [...letters].filter((right) => (me + all).includes(right) && !denied.includes(right)).join('');
  }

  has(box: Box, need: string): boolean {
    return [...need].every((right) => this.rights(box).includes(right));
  }

  answer(box: Box, need: string): string {
    if (this.has(box, need)) return 'OK';
    return this.has(box, 'l') ? 'NO [NOPERM]' : 'NO [NONEXISTENT]';
  }

  /** Names a guest is to see. */
  listed(): string[] {
    return boxes.filter((box) => this.has(box, 'l')).map(({ seen }) => seen);
  }
}

describeEngines('sharing', (engine) => {
  let imap: TestImap;
  const sessions = new Map<string, TestSocket>();
  const as = (name: string): TestSocket => {
    const socket = sessions.get(name);
    if (!socket) throw new Error(`${name} is not there`);
    return socket;
  };
  const ok = async (name: string, command: string) => {
    const reply = await ask(as(name), command);
    expect(`${name} ${command}: ${reply.answer}`).toContain(`${name} ${command}: OK`);
    return reply;
  };

  beforeEach(async () => {
    imap = await openTestImap({ engine });
    for (const name of ['alice', 'bob', 'carol']) sessions.set(name, await imap.session(name));
    await ok('alice', 'CREATE Plans/May');
    await ok('carol', 'CREATE Public/News/Old');
    for (const { keeper, own } of boxes) {
      await ok(keeper, `APPEND ${quoted(own)} {${message.length}+}\r\n${message}`);
    }
    await ok('bob', 'APPEND INBOX {5+}\r\na: b\r');
  });
  afterEach(() => imap.close());

  /** Gives or takes rights, and keeps the oracle in step. */
  async function regrant(oracle: Oracle, roll: (below: number) => number): Promise<void> {
    const box = boxes[roll(boxes.length)] ?? boxes[0];
    if (!box) return;
    const rights = [...letters].filter(() => roll(3) > 0).join('');
    const line = (['me', 'all', 'denied'] as const)[box.keeper === 'carol' ? roll(3) : roll(2) * 2] ?? 'me';
    const given = roll(4) === 0 ? '' : line === 'denied' ? rights.slice(0, 2) : rights;
    const identifier = { me: 'bob', all: 'anyone', denied: '-bob' }[line];
    await ok(box.keeper, `SETACL ${quoted(box.own)} ${identifier} "${given}"`);
    oracle.set(box, line, given);
  }

  /** One command of the guest with the answer it must get. */
  async function attempt(oracle: Oracle, roll: (below: number) => number): Promise<void> {
    const box = boxes[roll(boxes.length)] ?? boxes[0];
    if (!box) return;
    const name = quoted(box.seen);
    const has = (need: string) => oracle.has(box, need);
    const any = (some: string) => [...some].some(has);
    const annotates = has('l') && any('rswip');
    const hidden = has('l') ? 'NO [NOPERM]' : 'NO [NONEXISTENT]';
    const tries: readonly [command: string, answer: string][] = [
      [`STATUS ${name} (MESSAGES UIDNEXT)`, oracle.answer(box, 'r')],
      [`EXAMINE ${name}`, oracle.has(box, 'r') ? 'OK [READ]' : hidden],
      [`GETACL ${name}`, oracle.answer(box, 'a')],
      [`LISTRIGHTS ${name} bob`, oracle.answer(box, 'a')],
      [`MYRIGHTS ${name}`, any('lrikxa') ? 'OK' : 'NO [NONEXISTENT]'],
      [`SUBSCRIBE ${name}`, oracle.answer(box, 'l')],
      [`GETQUOTAROOT ${name}`, oracle.answer(box, 'r')],
      [`APPEND ${name} {5+}\r\na: b\r`, has('i') ? 'OK [APPENDUID]' : hidden],
      [`CREATE "${box.seen}/x/y"`, has('k') ? 'OK [MAILBOXID]' : 'NO [NOPERM]'],
      [`RENAME ${name} Mine`, has('x') ? 'NO [CANNOT]' : hidden],
      [`GETMETADATA ${name} /shared/comment`, annotates ? 'OK' : hidden],
      [`SETMETADATA ${name} (/private/comment "x")`, annotates ? 'OK' : hidden],
      [`SETMETADATA ${name} (/shared/comment "x")`, annotates && has('w') ? 'OK' : hidden],
    ];
    const [command = '', answer = ''] = tries[roll(tries.length)] ?? [];
    const reply = await ask(as('bob'), command);
    const code = reply.answer.replace(/\[READ\]/, '[READ]');
    expect(`${oracle.rights(box)} ${command}: ${code}`).toBe(`${oracle.rights(box)} ${command}: ${answer}`);
    if (!has('r')) expect(reply.lines.join()).not.toContain(canary);
    if (command.startsWith('EXAMINE') && reply.answer.startsWith('OK')) await ok('bob', 'UNSELECT');
    if (command.startsWith('CREATE') && reply.answer.startsWith('OK')) {
      await ok(box.keeper, `DELETE "${box.own}/x/y"`);
      await ok(box.keeper, `DELETE "${box.own}/x"`);
    }
  }

  test.each([1, 2, 3])(
    'random grants, random commands: what happens is what the rights say (seed %i)',
    async (seed) => {
      const roll = dice(seed);
      const oracle = new Oracle();
      for (let round = 0; round < 60; round++) {
        if (roll(3) === 0) await regrant(oracle, roll);
        await attempt(oracle, roll);
        if (round % 10 !== 0) continue;
        const listed = (await ok('bob', 'LIST "" ("Other Users*" "Public*")')).lines;
        const names = listed
          .filter((line) => !line.includes('\\NonExistent'))
          .map((line) => /"([^"]*)"$|(\S+)$/.exec(line));
        expect(names.map((match) => match?.[1] ?? match?.[2]).sort()).toEqual(oracle.listed().sort());
      }
    },
    120_000,
  );

  test.each([4, 5])(
    'in a mailbox that is open, rights come and go under the guest (seed %i)',
    async (seed) => {
      const roll = dice(seed);
      const oracle = new Oracle();
      const plans = boxes[1] as Box;
      const changes: [flag: string, right: string][] = [
        ['\\Seen', 's'],
        ['\\Deleted', 't'],
        ['\\Flagged', 'w'],
        ['word', 'w'],
      ];
      let ends = 0;
      for (let round = 0; round < 12; round++) {
        oracle.set(plans, 'me', `lr${[...'swite'].filter(() => roll(2) > 0).join('')}`);
        await ok('alice', `SETACL Plans bob ${oracle.rights(plans)}`);
        const opened = await ask(as('bob'), `SELECT ${quoted(plans.seen)}`);
        expect(opened.answer).toBe('OK [READ]');
        expect((await ok('bob', 'FETCH 1 ENVELOPE')).lines.join()).toContain(canary);
        for (let step = 0; step < 5; step++) {
          const rights = `${roll(6) === 0 ? 'l' : 'lr'}${[...'swite'].filter(() => roll(2) > 0).join('')}`;
          oracle.set(plans, 'me', rights);
          await ok('alice', `SETACL Plans bob ${rights}`);
          const [flag, right] = changes[roll(changes.length)] ?? ['\\Seen', 's'];
          const sign = '+-'[roll(2)];
          const reply = await ask(as('bob'), `STORE 1 ${sign}FLAGS (${flag})`);
          if (!rights.includes('r')) {
            expect(reply.answer).toBe('BYE');
            sessions.set('bob', await imap.session('bob'));
            ends++;
            break;
          }
          if (!opened.answer.includes('READ')) continue;
          if (reply.answer === 'NO [CANNOT]') continue;
          expect(`${rights} ${sign}${flag}: ${reply.answer}`).toBe(
            `${rights} ${sign}${flag}: ${rights.includes(right) ? 'OK' : 'NO [NOPERM]'}`,
          );
          if (!rights.includes('e')) expect((await ask(as('bob'), 'EXPUNGE')).answer).toMatch(/^NO/);
        }
      }
      expect(ends).toBeGreaterThan(0);
      expect((await ok('alice', 'STATUS Plans (MESSAGES)')).lines.join()).toContain('MESSAGES 1');
    },
    120_000,
  );

  test('a member who shares nothing and with whom nothing is shared sees what is its own', async () => {
    const { lines } = await ok('bob', 'LIST "" "*"');
    expect(lines.filter((line) => /Other Users|Public/.test(line))).toEqual([]);
  });

  test('who is no administrator any more looks after no public folder', async () => {
    await ok('carol', 'SELECT Public/News').catch(() => undefined);
    await imap.admin.changeMember(imap.members.alice, { admin: true });
    await imap.admin.changeMember(imap.members.carol, { admin: false });
    let answer = '';
    for (let tries = 0; tries < 100 && answer !== 'BYE'; tries++) {
      answer = (await ask(as('carol'), 'NOOP')).answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answer).toBe('BYE');
    const again = await imap.session('carol');
    expect((await ask(again, 'STATUS Public/News (MESSAGES)')).answer).toBe('NO [NONEXISTENT]');
    sessions.set('carol', again);
  });

  test('a deleted member shares nothing any more, and its guests are told', async () => {
    await ok('alice', 'SETACL Plans bob lr');
    expect((await ask(as('bob'), 'SELECT "Other Users/alice/Plans"')).answer).toBe('OK [READ]');
    await imap.stores.mail.erase(imap.members.alice);
    expect((await ask(as('bob'), 'NOOP')).answer).toBe('BYE');
    const again = await imap.session('bob');
    expect((await ask(again, 'LIST "" "Other*"')).lines).toEqual([]);
    sessions.set('bob', again);
  });
});
