import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectSocket, type TestSocket } from '../../src/testing/index.ts';
import {
  type Myco,
  member,
  openImap,
  openSmtp,
  password,
  sampleMessage,
  startMyco,
  stopAll,
} from '../harness/index.ts';

// THREATS.md over the wire, against the process as it is shipped.

let myco: Myco;
const open: TestSocket[] = [];
beforeAll(async () => {
  myco = await startMyco({ members: ['ana', 'bea'] });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});
afterAll(stopAll);

/** From another address of this machine, so that what one has spent is not spent by the other. */
async function connect(
  door: 'smtp' | 'submission' | 'imap' | 'imaps',
  localAddress = '127.0.0.1',
): Promise<TestSocket> {
  const socket = await connectSocket({
    localAddress,
    port: myco.port(door),
    tls: { ca: myco.authority },
    implicitTls: door === 'imaps',
    patienceMs: 30_000,
  });
  open.push(socket);
  return socket;
}

const text = async (socket: TestSocket) => (await socket.readLine())?.toString() ?? 'closed';

async function messagesOf(name: string): Promise<string[]> {
  const imap = await openImap(myco, name);
  await imap.command('EXAMINE INBOX');
  const { lines } = await imap.command('FETCH 1:* BODY.PEEK[]');
  await imap.close();
  return [...lines];
}

describe('1: SMTP smuggling', () => {
  const ends = {
    'LF . LF': '\n.\n',
    'LF . CRLF': '\n.\r\n',
    'CR . CR': '\r.\r',
    'CR . CRLF': '\r.\r\n',
    'CRLF . LF': '\r\n.\n',
    'CRLF . CR': '\r\n.\r',
    'CR LF NUL . CRLF': '\r\n\0.\r\n',
    'LF CR . CR LF': '\n\r.\r\n',
    'CR CR LF . CR CR LF': '\r\r\n.\r\r\n',
  };
  test.each(Object.entries(ends))('%s does not end a message', async (_, end) => {
    const smtp = await openSmtp(myco);
    open.push(smtp.socket);
    for (const line of ['MAIL FROM:<x@elsewhere.example>', `RCPT TO:<${member('ana')}>`, 'DATA'])
      await smtp.ask(line);
    const smuggled = `MAIL FROM:<admin@coop.test>\r\nRCPT TO:<${member('ana')}>\r\nDATA\r\nFrom: admin@coop.test\r\nSubject: smuggled\r\n\r\n.\r\n`;
    await smtp.socket.send(`From: x@elsewhere.example\r\nSubject: outer\r\n\r\nbody${end}${smuggled}`);
    // One message, refused whole; what stood behind its "end" was never a command.
    expect((await smtp.reply()).text).toMatch(/^550 5\.[56]\.\d/);
    expect((await smtp.ask('NOOP')).text).toBe('250 2.0.0 OK');
    expect(await messagesOf('ana')).toEqual([]);
  });
});

describe('2: STARTTLS command injection', () => {
  test.each(['smtp', 'submission'] as const)(
    '%s: what came before the handshake is forgotten',
    async (door) => {
      const socket = await connect(door);
      await text(socket);
      await socket.send('EHLO client.example\r\n');
      while ((await text(socket))[3] === '-');
      await socket.send('STARTTLS\r\nEHLO injected\r\nMAIL FROM:<injected@elsewhere.example>\r\n');
      expect(await text(socket)).toMatch(/^220/);
      await socket.startTls();
      await socket.send('RCPT TO:<ana@coop.test>\r\n');
      // Neither EHLO nor MAIL has been heard in this session.
      expect(await text(socket)).toMatch(/^503 5\.5\.1/);
      expect(socket.unread()).toHaveLength(0);
    },
  );

  test('imap: what came before the handshake is forgotten', async () => {
    const socket = await connect('imap');
    await text(socket);
    await socket.send(`a STARTTLS\r\nb NOOP\r\nc LOGIN ${member('ana')} "${password}"\r\n`);
    expect(await text(socket)).toMatch(/^a OK/);
    await socket.startTls();
    await socket.send('d SELECT INBOX\r\n');
    expect(await text(socket)).toMatch(/^d BAD/);
    expect(socket.unread()).toHaveLength(0);
  });
});

describe('3: unbounded lines and literals', () => {
  /** Sends until the other side has enough or `bytesMax` are gone; answers what it said and how much it took. */
  async function flood(socket: TestSocket, bytesMax: number): Promise<{ said: string; sent: number }> {
    const block = 'x'.repeat(64 * 1024);
    let sent = 0;
    try {
      for (; sent < bytesMax; sent += block.length) {
        if (socket.unread().length > 0) break;
        await socket.send(block);
      }
    } catch {
      // It has hung up, as it may.
    }
    await socket.hears(5_000);
    return { said: socket.unread().toString(), sent };
  }

  test('an SMTP command line without an end', async () => {
    const socket = await connect('smtp');
    await text(socket);
    const { said, sent } = await flood(socket, 64 * 1024 * 1024);
    expect(said).toMatch(/^500 5\.5\.2/);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  test('an IMAP command line without an end', async () => {
    const socket = await connect('imaps');
    await text(socket);
    const { said, sent } = await flood(socket, 64 * 1024 * 1024);
    expect(said).toMatch(/^\* (BYE|BAD)/);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  test.each([
    'a LOGIN {4000000000}',
    'a LOGIN {4000000000+}',
    'a LOGIN {99999999999999999999}',
    'a AUTHENTICATE {70000}',
  ])('before login: %s', async (line) => {
    const socket = await connect('imaps');
    await text(socket);
    await socket.send(`${line}\r\n`);
    expect(await text(socket)).toMatch(/^(a BAD|a NO|\* BYE)/);
  });

  test('a literal that is too large is refused before it comes', async () => {
    const imap = await openImap(myco, 'ana');
    open.push(imap.socket);
    await imap.socket.send('a APPEND INBOX {4000000000}\r\n');
    expect(await imap.line()).toMatch(/^a NO \[TOOBIG\]/);
    await imap.socket.send('b APPEND INBOX {99999999999999999999}\r\n');
    expect(await imap.line()).toMatch(/^(b NO|b BAD|\* BYE)/);
  });
});

describe('4, 5: hostile messages are stored, served, and cost little', () => {
  const nested = Array.from(
    { length: 2_000 },
    (_, index) => `--b${index}\r\nContent-Type: multipart/mixed; boundary=b${index + 1}\r\n\r\n`,
  );
  const hostile = {
    'two thousand parts within parts': `Content-Type: multipart/mixed; boundary=b0\r\n\r\n${nested.join('')}`,
    'a thousand comments in an address': `Cc: ${'('.repeat(1_000)}\r\n\r\nx`,
    'a hundred thousand recipients': `Cc: ${'a@b.example, '.repeat(50_000)}c@d.example\r\n\r\nx`,
    'ten thousand parameters': `Content-Type: text/plain${'; a*0*=x'.repeat(10_000)}\r\n\r\nx`,
    'encoded words without an end': `Subject: ${'=?utf-8?q?'.repeat(20_000)}\r\n\r\nx`,
    'a header that is folded for ever': `X-A: ${'a\r\n '.repeat(50_000)}\r\n\r\nx`,
  };
  test.each(Object.entries(hostile))('%s', async (name, rest) => {
    const smtp = await openSmtp(myco);
    open.push(smtp.socket);
    const whole = `From: x@elsewhere.example\r\nSubject: ${name}\r\n${rest}\r\n`;
    const { text: answer } = await smtp.send('x@elsewhere.example', member('bea'), whole);
    expect(answer).toMatch(/^250 2\.0\.0/);
    const imap = await openImap(myco, 'bea');
    open.push(imap.socket);
    await imap.command('SELECT INBOX');
    const { lines, status } = await imap.command('FETCH * (UID ENVELOPE BODYSTRUCTURE BODY.PEEK[])');
    expect(status).toBe('OK');
    expect(lines.join().includes(whole)).toBe(true);
  });
});

describe('12: brute force', () => {
  test('one address is throttled, another logs in meanwhile', async () => {
    const attempt = async (from: string, word: string) => {
      const socket = await connect('imaps', from);
      await text(socket);
      await socket.send(`a LOGIN ${member('ana')} "${word}"\r\n`);
      const answer = await text(socket);
      await socket.close();
      return answer;
    };
    let guesses = 0;
    const guess = () => attempt('127.0.0.9', `guess ${++guesses}`);
    const heard = await Promise.all(Array.from({ length: 30 }, guess));
    const checked = () => heard.filter((answer) => answer.startsWith('a NO [AUTHENTICATIONFAILED]')).length;
    expect(heard.every((answer) => /^a NO \[(AUTHENTICATIONFAILED|LIMIT|UNAVAILABLE)\]/.test(answer))).toBe(
      true,
    );
    expect(checked()).toBeLessThan(10);
    // Eight failures close the door for seconds; until then each costs twice the wait of the one before.
    while (checked() < 8) heard.push(await guess());
    expect(heard.some((answer) => answer.startsWith('a NO [LIMIT]'))).toBe(true);
    // The right word from there must wait as well; from elsewhere it need not.
    expect(await attempt('127.0.0.9', password)).toMatch(/^a NO \[LIMIT\]/);
    expect(await attempt('127.0.0.10', password)).toMatch(/^a OK/);
  });

  test('an unknown name, a wrong password and a disabled member are told alike', async () => {
    const answers: string[] = [];
    for (const [from, name] of [
      ['127.0.0.11', 'nobody'],
      ['127.0.0.12', 'bea'],
    ] as const) {
      const socket = await connect('imaps', from);
      await text(socket);
      await socket.send(`a LOGIN ${member(name)} "wrong wrong"\r\n`);
      answers.push(await text(socket));
    }
    expect(answers[0]).toBe(answers[1]);
  });

  test('a connection that only fails is closed', async () => {
    const socket = await connect('imaps', '127.0.0.13');
    await text(socket);
    const heard: string[] = [];
    for (let index = 0; index < 6; index++) {
      try {
        await socket.send(`a LOGIN ${member('bea')} "wrong ${index}"\r\n`);
      } catch {
        break;
      }
      const answer = await text(socket);
      heard.push(answer);
      if (/^\* BYE|closed/.test(answer)) break;
    }
    expect(heard.at(-1)).toMatch(/^\* BYE/);
  }, 60_000);

  test('names and letters of a mailbox that is not here cost the harvester its connection', async () => {
    const smtp = await openSmtp(myco);
    open.push(smtp.socket);
    await smtp.ask('MAIL FROM:<x@elsewhere.example>');
    const answers: string[] = [];
    for (let index = 0; index < 40; index++) {
      const answer = await smtp.ask(`RCPT TO:<guess${index}@coop.test>`);
      answers.push(answer.text.slice(0, 3));
      if (answer.code === 421 || answer.code === 0) break;
    }
    expect(answers.slice(0, 10).every((code) => code === '550')).toBe(true);
    // The refusal that was one too many is followed by the goodbye.
    expect([answers.at(-1), await text(smtp.socket)].join()).toMatch(/421|closed/);
  });
});

describe('11, 13: injection and forgery', () => {
  test.each([
    ['MAIL FROM:<x@elsewhere.example\r>', '500'],
    ['MAIL FROM:<x@elsewhere.example> BODY=8BITMIME\n', '500'],
    ['MAIL FROM:<"a\0b"@elsewhere.example>', '50[01]'],
    ['RCPT TO:<ana@coop.test>\rMAIL FROM:<>', '500'],
    ['EHLO a\nb', '500'],
  ])('%j is no command', async (line, code) => {
    const smtp = await openSmtp(myco);
    open.push(smtp.socket);
    expect((await smtp.ask(line)).text).toMatch(new RegExp(`^${code} `));
  });

  test.each([
    ['two From fields', 'From: a@elsewhere.example\r\nFrom: b@elsewhere.example\r\n'],
    ['no From field', 'Subject: x\r\n'],
    ['a From that cannot be read', 'From: not an address\r\n'],
    ['a From with angles in angles', 'From: <<a@elsewhere.example>\r\n'],
    ['a From with two addresses for one author', 'From: <a@elsewhere.example> <admin@coop.test>\r\n'],
    ['a From whose quotes do not end', 'From: "x <a@elsewhere.example>\r\n'],
  ])('%s', async (_, header) => {
    const smtp = await openSmtp(myco);
    open.push(smtp.socket);
    expect((await smtp.send('x@elsewhere.example', member('ana'), `${header}\r\nx\r\n`)).text).toMatch(
      /^550 5\.7\.1/,
    );
  });

  test.each([
    ['in the envelope', member('bea'), `From: <${member('ana')}>`],
    ['in From', member('ana'), `From: <${member('bea')}>`],
    ['beside her own', member('ana'), `From: <${member('ana')}>, <${member('bea')}>`],
    ['behind her own', member('ana'), `From: <${member('ana')}> <${member('bea')}>`],
    ['in a second field', member('ana'), `From: <${member('ana')}>\r\nfrom: <${member('bea')}>`],
    ['in Sender', member('ana'), `From: <${member('ana')}>\r\nSender: <${member('bea')}>`],
    ['of a stranger', member('ana'), 'From: <president@elsewhere.example>'],
  ])('a member may not write as another: %s', async (_, sender, header) => {
    const smtp = await openSmtp(myco, 'submissions');
    open.push(smtp.socket);
    expect((await smtp.authenticate('ana')).code).toBe(235);
    const message = `${header}\r\nSubject: forged\r\n\r\nx\r\n`;
    expect((await smtp.send(sender, member('bea'), message)).text).toMatch(/^550 5\.7\.1/);
  });

  test('a web page that posts to the MX is not taken for a client', async () => {
    const socket = await connect('smtp');
    await text(socket);
    await socket.send('POST / HTTP/1.1\r\nHost: localhost\r\n\r\nEHLO x\r\nMAIL FROM:<>\r\n');
    expect(await text(socket)).toMatch(/^500/);
    expect(await text(socket)).toBe('closed');
  });
});

test('after all this the server serves', async () => {
  const smtp = await openSmtp(myco);
  open.push(smtp.socket);
  expect((await smtp.send('x@elsewhere.example', member('bea'), sampleMessage('still here'))).text).toMatch(
    /^250/,
  );
  expect((await messagesOf('bea')).join()).toContain('Subject: still here');
  expect(myco.logged()).not.toMatch(/"level":"(error|fatal)"/);
});
