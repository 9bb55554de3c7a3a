import { afterEach, describe, expect, test } from 'vitest';
import { imapPassword, openTestImap, type TestImap, type TestSocket } from '../../testing/index.ts';
import { clientNameCharsMax } from '../limits.ts';
import { standardFeatures } from '../server.ts';
import { type CapabilitySwitches, defaultSwitches, withheldFrom } from './switches.ts';

const none: CapabilitySwitches = { everyone: [], accounts: {}, clients: {} };
const switches: CapabilitySwitches = {
  everyone: ['IDLE', 'AUTH=LOGIN'],
  accounts: { 'Alice@coop.localhost': ['MOVE', 'IDLE'] },
  clients: { outlook: ['CONDSTORE', 'STATUS=SIZE'], Mail: ['QUOTA'] },
};

test.each<[string, string, string[]]>([
  ['', '', []],
  ['Thunderbird', 'bob@coop.localhost', []],
  ['', 'alice@coop.localhost', ['MOVE']],
  ['Microsoft Outlook 16', '', ['CONDSTORE', 'STATUS=SIZE']],
  ['OUTLOOK mail', 'ALICE@coop.localhost', ['MOVE', 'CONDSTORE', 'STATUS=SIZE', 'QUOTA']],
])('kept from %j of %j', (client, address, expected) => {
  expect([...withheldFrom(switches, client, address)]).toEqual(['IDLE', 'AUTH=LOGIN', ...expected]);
  expect(withheldFrom(none, client, address).size).toBe(0);
});

test('Outlook is not told of UIDONLY, and everybody else is told of everything', () => {
  expect([...withheldFrom(defaultSwitches, 'Microsoft Outlook', 'a@b')]).toEqual(['UIDONLY']);
  expect(withheldFrom(defaultSwitches, 'Thunderbird', 'a@b').size).toBe(0);
});

describe('the tables without an extension', () => {
  const without = standardFeatures.without(new Set(['CONDSTORE', 'QUOTA', 'SAVEDATE']));
  test('have nothing of it, all else, and the whole ones are as they were', () => {
    expect(without.commands.has('GETQUOTA')).toBe(false);
    expect(without.fetchItems.has('MODSEQ')).toBe(false);
    expect(without.fetchItems.has('SAVEDATE')).toBe(false);
    expect(without.statusItems.has('HIGHESTMODSEQ')).toBe(false);
    expect(without.selectParameters.has('CONDSTORE')).toBe(false);
    expect(without.enable.has('CONDSTORE')).toBe(false);
    expect(without.commands.has('MOVE')).toBe(true);
    expect(standardFeatures.commands.has('GETQUOTA')).toBe(true);
  });

  test('are made once for the same names, and from the whole list each time', () => {
    expect(standardFeatures.without(new Set(['SAVEDATE', 'QUOTA', 'CONDSTORE']))).toBe(without);
    expect(without.without(new Set(['MOVE'])).commands.has('GETQUOTA')).toBe(true);
    expect(without.without(new Set()).commands.size).toBe(standardFeatures.commands.size);
  });

  test('what is no extension of its own, or what IMAP is made of, cannot be kept back', () => {
    expect(standardFeatures.switches).toContain('COMPRESS=DEFLATE');
    expect(standardFeatures.switches).toContain('CREATE-SPECIAL-USE');
    for (const name of ['IMAP4REV1', 'STARTTLS', 'LOGINDISABLED', 'IMAP RESPONSE CODES']) {
      expect(standardFeatures.switches, name).not.toContain(name);
    }
  });
});

let imap: TestImap | null = null;
afterEach(() => imap?.close());

async function say(socket: TestSocket, command: string): Promise<string[]> {
  await socket.send(`t ${command}\r\n`);
  const heard: string[] = [];
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 'closed';
    heard.push(line);
    if (line.startsWith('t ') || line === 'closed') return heard;
  }
}
const capabilitiesIn = (lines: readonly string[]) =>
  /CAPABILITY ([^\]]*)/.exec(lines.join('\n'))?.[1]?.split(/[ \n]/);

describe('a session', () => {
  test('is neither told of what is kept from it nor obeyed in it, from the greeting on', async () => {
    imap = await openTestImap({ switches });
    const socket = await imap.connect('plain');
    const greeting = capabilitiesIn([(await socket.readLine())?.toString() ?? '']);
    expect(greeting).toContain('AUTH=PLAIN');
    expect(greeting).not.toContain('AUTH=LOGIN');
    expect((await say(socket, 'AUTHENTICATE LOGIN')).at(-1)).toMatch(/^t NO \[CANNOT\]/);
    const login = capabilitiesIn(await say(socket, `LOGIN alice "${imapPassword}"`));
    expect(login).toContain('CONDSTORE');
    for (const name of ['IDLE', 'MOVE']) expect(login).not.toContain(name);
    expect((await say(socket, 'IDLE')).at(-1)).toMatch(/^t BAD unknown command/);
    // Known by its name from here on.
    expect((await say(socket, 'ID ("version" "1" "name" "Microsoft OutLook")')).at(-1)).toMatch(/^t OK/);
    const known = capabilitiesIn(await say(socket, 'CAPABILITY'));
    for (const name of ['CONDSTORE', 'STATUS=SIZE', 'MOVE']) expect(known).not.toContain(name);
    expect(known).toContain('QUOTA');
    expect((await say(socket, 'STATUS INBOX (HIGHESTMODSEQ)')).at(-1)).toMatch(/^t BAD/);
    expect(await say(socket, 'ENABLE CONDSTORE')).toEqual(['* ENABLED', 't OK enabled']);
    await say(socket, 'SELECT INBOX (CONDSTORE)');
    expect((await say(socket, 'FETCH 1 (MODSEQ)')).at(-1)).toMatch(/^t BAD/);
    expect((await say(socket, 'MOVE 1 Trash')).at(-1)).toMatch(/^t BAD unknown command/);
    // The next member on this connection is another account; the program is the same.
    await say(socket, 'UNAUTHENTICATE');
    const next = capabilitiesIn(await say(socket, `LOGIN bob "${imapPassword}"`));
    expect(next).toContain('MOVE');
    expect(next).not.toContain('CONDSTORE');
  });

  test('what another client or member is not told is theirs alone', async () => {
    imap = await openTestImap({ switches });
    const first = await imap.session('alice');
    await say(first, 'ID ("name" "Outlook")');
    const second = await imap.session('bob');
    await say(second, 'ID NIL');
    const told = capabilitiesIn(await say(second, 'CAPABILITY'));
    for (const name of ['CONDSTORE', 'MOVE', 'QUOTA']) expect(told).toContain(name);
    expect(imap.logged.join('')).not.toContain('Outlook');
  });

  test('a name of any length is a name, and its beginning is what counts', async () => {
    imap = await openTestImap({ switches });
    const socket = await imap.session('bob');
    await say(socket, `ID ("name" "${'x'.repeat(clientNameCharsMax - 7)}Outlook")`);
    expect(capabilitiesIn(await say(socket, 'CAPABILITY'))).not.toContain('CONDSTORE');
    await say(socket, `ID ("name" "${'x'.repeat(clientNameCharsMax - 6)}Outlook")`);
    expect(capabilitiesIn(await say(socket, 'CAPABILITY'))).toContain('CONDSTORE');
  });
});
