import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImapClient, type Myco, openImap, sampleMessage, startMyco, stopAll } from '../harness/index.ts';

// Nobody sees what is not theirs (THREATS 9): ana has mail everywhere, bea tries every command with guesses at it.

const secret = 'canary-of-ana';
let myco: Myco;
let ana: ImapClient;
let bea: ImapClient;
let before: readonly string[];

/** All that ana has, as she sees it: names, counters, flags and bytes. */
async function everything(): Promise<readonly string[]> {
  const seen: string[] = [];
  const { lines } = await ana.command(
    'LIST "" "*" RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ UNSEEN))',
  );
  seen.push(...lines);
  for (const name of ['INBOX', 'Private', 'Private/Deeper']) {
    await ana.command(`EXAMINE ${name}`);
    seen.push(...(await ana.command('FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])')).lines);
  }
  await ana.command('UNSELECT');
  return seen;
}

beforeAll(async () => {
  myco = await startMyco({ members: ['ana', 'bea'] });
  ana = await openImap(myco, 'ana');
  bea = await openImap(myco, 'bea');
  for (const name of ['Private', 'Private/Deeper']) {
    await ana.command(`CREATE ${name}`);
    await ana.command(`SUBSCRIBE ${name}`);
  }
  for (const name of ['INBOX', 'Private', 'Private/Deeper']) {
    for (const subject of [secret, `${secret} two`]) {
      await ana.command(`APPEND ${name} (\\Flagged ${secret})`, sampleMessage(subject, `${secret}\r\n`));
    }
  }
  before = await everything();
});
afterAll(stopAll);

const names = [
  'Private',
  'Private/Deeper',
  'ana/INBOX',
  'ana@coop.test/INBOX',
  '~ana/INBOX',
  'user/ana/INBOX',
  'user.ana.INBOX',
  '"Other Users/ana/INBOX"',
  '"Other Users/ana/Private"',
  '"Other Users/ana@coop.test/Private/Deeper"',
  '"Other Users/ana~coop.test/Private"',
  '"Other Users/ana"',
  '"Other Users/bea/INBOX"',
  '"Other Users/../ana/INBOX"',
  'Public/ana/INBOX',
  'INBOX/ana',
  '../ana/INBOX',
  '/ana/INBOX',
  '#mh/ana',
  '"#shared/ana/Private"',
  '1/INBOX',
  '2',
];

/** Each names a mailbox of ana's as somebody might; none may succeed. */
const onNames: readonly [string, (name: string) => string][] = [
  ['SELECT', (name) => `SELECT ${name}`],
  ['SELECT by object', (name) => `SELECT ${name} (CONDSTORE)`],
  ['EXAMINE', (name) => `EXAMINE ${name}`],
  ['STATUS', (name) => `STATUS ${name} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN SIZE HIGHESTMODSEQ)`],
  ['DELETE', (name) => `DELETE ${name}`],
  ['RENAME away', (name) => `RENAME ${name} Stolen`],
  ['MYRIGHTS', (name) => `MYRIGHTS ${name}`],
  ['GETACL', (name) => `GETACL ${name}`],
  ['LISTRIGHTS', (name) => `LISTRIGHTS ${name} bea`],
  ['SETACL', (name) => `SETACL ${name} bea lrswipkxtea`],
  ['DELETEACL', (name) => `DELETEACL ${name} ana`],
  ['GETMETADATA', (name) => `GETMETADATA (DEPTH infinity) ${name} (/private /shared)`],
  ['SETMETADATA', (name) => `SETMETADATA ${name} (/shared/comment "${secret}")`],
];

test.each(onNames)('%s does not reach another member', async (_, command) => {
  for (const name of names) {
    const { status, text, lines } = await bea.command(command(name));
    expect(`${name}: ${status}`).toMatch(/: (NO|BAD)$/);
    expect(text + lines.join()).not.toContain(secret);
  }
});

test.each(['APPEND', 'COPY', 'MOVE'])('%s puts nothing into the mailbox of another member', async (verb) => {
  await bea.command('SELECT INBOX');
  await bea.command('APPEND INBOX', sampleMessage('mine'));
  await bea.command('NOOP');
  for (const name of names) {
    const sent =
      verb === 'APPEND'
        ? bea.command(`APPEND ${name}`, sampleMessage('intruder'))
        : bea.command(`${verb} 1 ${name}`);
    expect(`${name}: ${(await sent).status}`).toMatch(/: (NO|BAD)$/);
  }
  await bea.command('UNSELECT');
});

test.each([
  'LIST "" "*"',
  'LIST "" "%"',
  'LIST "ana/" "*"',
  'LIST "../" "*"',
  'LIST "" ("*" "Private*" "#*" "user/*" "~*")',
  'LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN STATUS (MESSAGES))',
  'LIST (RECURSIVEMATCH SUBSCRIBED) "" "%"',
  'LSUB "" "*"',
  'LSUB "user/" "*"',
  'LIST "Other Users/" "*"',
  'LIST "" "Other Users/%/%" RETURN (MYRIGHTS METADATA (/shared/comment))',
  'LIST "Public/" "*"',
])('%s tells nothing of another member', async (command) => {
  const { lines } = await bea.command(command);
  expect(lines.filter((line) => /private|ana/i.test(line))).toEqual([]);
});

test('namespaces name no other members', async () => {
  expect((await bea.command('NAMESPACE')).lines).toEqual([
    '* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Public/" "/"))',
  ]);
});

test.each([
  'FETCH 1:* (UID FLAGS ENVELOPE BODY.PEEK[])',
  'UID FETCH 1:* (FLAGS BODY[])',
  'UID FETCH 1:4294967295 (BODY.PEEK[])',
  'SEARCH ALL',
  'UID SEARCH UID 1:*',
  `SEARCH TEXT ${secret}`,
  `SEARCH KEYWORD ${secret}`,
  'SEARCH RETURN (ALL COUNT) SUBJECT canary',
])('%s in a mailbox of her own shows her own', async (command) => {
  await bea.command('CREATE Empty');
  await bea.command('SELECT Empty');
  const { lines } = await bea.command(command);
  expect(
    lines.filter(
      (line) =>
        line.includes(secret) ||
        / FETCH /.test(line) ||
        /^\* SEARCH \d|(?:ALL|MIN|MAX) \d|COUNT [1-9]/.test(line),
    ),
  ).toEqual([]);
  await bea.command('UNSELECT');
});

test.each([
  'UID STORE 1:* +FLAGS (\\Deleted)',
  'UID STORE 1:4294967295 FLAGS ()',
  'UID EXPUNGE 1:*',
  'UID COPY 1:* INBOX',
  'UID MOVE 1:* INBOX',
  'EXPUNGE',
])('%s with the uids of another member changes nothing of hers', async (command) => {
  await bea.command('SELECT Empty');
  await bea.command(command);
  await bea.command('CLOSE');
  expect(await everything()).toEqual(before);
});

test('a mailbox of the same name is another mailbox', async () => {
  expect((await bea.command('CREATE Private')).status).toBe('OK');
  await bea.command('SUBSCRIBE Private');
  expect((await bea.command('SELECT Private')).lines).toContain('* 0 EXISTS');
  await bea.command('APPEND Private', sampleMessage('from bea'));
  await bea.command('CLOSE');
  await bea.command('RENAME Private Other');
  await bea.command('DELETE Other');
  expect(await everything()).toEqual(before);
});

test('an idling member hears nothing of another', async () => {
  await bea.command('SELECT INBOX');
  await bea.socket.send('i IDLE\r\n');
  expect(await bea.line()).toMatch(/^\+/);
  await ana.command('APPEND Drafts', sampleMessage('quietly'));
  await bea.socket.send('DONE\r\n');
  expect(await bea.line()).toMatch(/^i OK/);
  await bea.command('UNSELECT');
});

test('nobody may act as somebody else', async () => {
  const stranger = await openImap(myco);
  const asAna = Buffer.from('ana@coop.test\0bea@coop.test\0correct horse battery staple').toString('base64');
  expect((await stranger.command(`AUTHENTICATE PLAIN ${asAna}`)).text).toMatch(/^NO \[AUTHORIZATIONFAILED\]/);
  expect((await stranger.command('SELECT INBOX')).status).toBe('BAD');
  await stranger.close();
});

test.each([
  'SELECT INBOX',
  'EXAMINE INBOX',
  'CREATE X',
  'DELETE INBOX',
  'RENAME INBOX X',
  'SUBSCRIBE INBOX',
  'UNSUBSCRIBE INBOX',
  'LIST "" *',
  'LSUB "" *',
  'NAMESPACE',
  'STATUS INBOX (MESSAGES)',
  'APPEND INBOX {10+}\r\n0123456789',
  'IDLE',
  'ENABLE CONDSTORE',
  'CLOSE',
  'UNSELECT',
  'EXPUNGE',
  'UID EXPUNGE 1',
  'SEARCH ALL',
  'UID SEARCH ALL',
  'FETCH 1 FLAGS',
  'UID FETCH 1 FLAGS',
  'STORE 1 +FLAGS (x)',
  'UID STORE 1 +FLAGS (x)',
  'COPY 1 INBOX',
  'UID COPY 1 INBOX',
  'MOVE 1 INBOX',
  'UID MOVE 1 INBOX',
  'CHECK',
  'MYRIGHTS INBOX',
  'GETACL INBOX',
  'SETACL INBOX ana lr',
  'DELETEACL INBOX ana',
  'LISTRIGHTS INBOX ana',
  'GETMETADATA "" /shared/comment',
  'SETMETADATA INBOX (/shared/comment "x")',
])('who has not logged in gets nothing: %s', async (command) => {
  const stranger = await openImap(myco);
  const { status, lines } = await stranger.command(command);
  expect([status, lines]).toEqual(['BAD', []]);
  await stranger.close();
});

test('what ana shares bea sees, and nothing beside it', async () => {
  const now = await everything();
  await ana.command('SETACL Private/Deeper bea lr');
  const { lines } = await bea.command('LIST "Other Users/" "*"');
  expect(lines.filter((line) => !line.includes('NonExistent'))).toEqual([
    '* LIST (\\HasNoChildren) "/" "Other Users/ana/Private/Deeper"',
  ]);
  expect((await bea.command('SELECT "Other Users/ana/Private"')).text).toMatch(/^NO \[NONEXISTENT\]/);
  expect((await bea.command('SELECT "Other Users/ana/Private/Deeper"')).text).toMatch(/^OK \[READ-ONLY\]/);
  expect((await bea.command('FETCH 1:* ENVELOPE')).lines.join()).toContain(secret);
  for (const command of [
    'STORE 1 +FLAGS (\\Deleted)',
    'STORE 1 +FLAGS (\\Seen)',
    'FETCH 1 BODY[]',
    'EXPUNGE',
    'MOVE 1 INBOX',
    'CLOSE',
  ]) {
    await bea.command(command);
  }
  await ana.command('DELETEACL Private/Deeper bea');
  expect((await bea.command('SELECT "Other Users/ana/Private/Deeper"')).text).toMatch(/^NO \[NONEXISTENT\]/);
  expect(await everything()).toEqual(now);
});

test('what ana has is as it was', async () => {
  await ana.command('SELECT Drafts');
  const { lines } = await ana.command('FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  expect(lines.join()).not.toContain('intruder');
});
