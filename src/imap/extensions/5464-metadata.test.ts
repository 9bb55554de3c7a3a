import { expect, test } from 'vitest';
import { openTestImap } from '../../testing/index.ts';

test('metadataValueBytesMax: a larger annotation is refused with the size that is taken; too many are', async () => {
  const imap = await openTestImap({ limits: { metadataValueBytesMax: 1_024 } });
  try {
    const socket = await imap.session('alice');
    const ask = async (command: string) => {
      await socket.send(`t ${command}\r\n`);
      for (;;) {
        const line = (await socket.readLine())?.toString() ?? 't gone';
        if (line.startsWith('t ')) return line;
      }
    };
    const set = (size: number) =>
      ask(`SETMETADATA INBOX (/private/comment {${size}+}\r\n${'x'.repeat(size)})`);
    expect(await set(1_024)).toMatch(/^t OK/);
    expect(await set(1_025)).toMatch(/^t NO \[METADATA MAXSIZE 1024\]/);
    const entries = Array.from({ length: 101 }, (_, at) => `/private/vendor/x/${at} "v"`);
    expect(await ask(`SETMETADATA INBOX (${entries.join(' ')})`)).toMatch(/^t NO \[METADATA TOOMANY\]/);
    expect(await ask(`SETMETADATA INBOX (${entries.slice(0, 99).join(' ')})`)).toMatch(/^t OK/);
    expect(await ask('SETMETADATA INBOX (/shared/comment "another owner\'s count")')).toMatch(/^t OK/);
  } finally {
    await imap.close();
  }
});
