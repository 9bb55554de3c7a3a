import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTestImap } from '../testing/index.ts';
import { baseCommands } from './commands/index.ts';
import { ok } from './errors.ts';
import { extensions } from './extensions/index.ts';
import { createFeatures, type Extension, loggedIn } from './features.ts';
import { rowItem } from './fetch/plan.ts';
import { baseFeatures, standardFeatures } from './server.ts';

const filesOf = (folder: string) =>
  readdirSync(new URL(`./${folder}/`, import.meta.url)).filter(
    (name) => name.endsWith('.ts') && name !== 'index.ts' && !name.endsWith('.test.ts'),
  );

test('every extension file is one line of the list, and says its specification in its name', () => {
  const files = filesOf('extensions');
  expect(files.length).toBe(extensions.length);
  expect(files.map((name) => Number.parseInt(name, 10)).sort()).toEqual(
    extensions.map(({ rfc }) => rfc).sort(),
  );
  for (const name of files) {
    const lines = readFileSync(new URL(`./extensions/${name}`, import.meta.url), 'utf8').split('\n');
    expect(lines.length, name).toBeLessThan(100);
  }
});

test('every command file is in the list; every command names its section', () => {
  const exported = filesOf('commands').flatMap((name) => {
    const text = readFileSync(new URL(`./commands/${name}`, import.meta.url), 'utf8');
    return [...text.matchAll(/^export const \w+: Command/gm)];
  });
  expect(exported.length).toBe(baseCommands.length);
  for (const command of standardFeatures.commands.values()) expect(command.rfc).toMatch(/^RFC \d+/);
});

test('two features of one name are a mistake that is told at once', () => {
  const twice: Extension = { rfc: 1, name: 'X', capabilities: () => [], commands: baseCommands.slice(0, 1) };
  expect(() => createFeatures(baseFeatures, [twice])).toThrow('two IMAP features are called CAPABILITY');
});

/** A whole extension, as a file of `extensions/` would hold it: nothing else in the server knows of it. */
const invented: Extension = {
  rfc: 9999,
  name: 'INVENTED',
  capabilities: ({ member }) => (member === null ? [] : ['INVENTED']),
  enable: ['INVENTED'],
  commands: [
    {
      name: 'ECHO',
      rfc: 'RFC 9999',
      states: loggedIn,
      privilege: 'mail:read',
      hasUidForm: true,
      parse(decoder) {
        decoder.sp();
        return decoder.string();
      },
      async run({ out }, text, { uid }) {
        out
          .data('ECHO')
          .sp()
          .string(`${uid ? 'uid ' : ''}${String(text)}`)
          .crlf();
        return ok('echoed');
      },
    },
  ],
  fetchItems: [
    {
      name: 'X-DOUBLE',
      parse(decoder) {
        if (!decoder.tryChar('<')) return 2;
        const factor = decoder.number();
        decoder.char('>');
        return factor;
      },
      plan(item) {
        const factor = item.item === 'extension' ? Number(item.value) : 0;
        return rowItem((out, { row }) => out.raw(`X-DOUBLE ${row.uid * factor}`));
      },
    },
  ],
  searchKeys: [
    {
      name: 'X-EVEN',
      parse: () => null,
      judge: () => ({ cost: 'row', test: ({ row }) => row.uid % 2 === 0 }),
    },
  ],
  statusItems: [{ name: 'X-SQUARE', value: ({ messages }) => messages * messages }],
  selectParameters: [
    {
      name: 'X-HELLO',
      parse: () => null,
      apply: ({ out }) => void out.untagged('OK', null, 'hello'),
    },
  ],
};

test('an extension is one value: command, items, keys, parameters and capability come with it', async () => {
  const imap = await openTestImap({ features: createFeatures(baseFeatures, [...extensions, invented]) });
  try {
    for (const subject of ['a', 'b', 'c']) {
      await imap.deliver('alice', 'INBOX', `Subject: ${subject}\r\n\r\n`);
    }
    const alice = await imap.session('alice');
    const say = async (line: string) => {
      await alice.send(`x ${line}\r\n`);
      const heard: string[] = [];
      for (;;) {
        const answer = (await alice.readLine())?.toString() ?? 'closed';
        heard.push(answer);
        if (answer.startsWith('x ') || answer === 'closed') return heard;
      }
    };
    expect((await say('CAPABILITY'))[0]).toContain(' INVENTED');
    expect(await say('ENABLE INVENTED')).toContain('* ENABLED INVENTED');
    expect((await say('ECHO "hi there"'))[0]).toBe('* ECHO "hi there"');
    expect((await say('UID ECHO hi'))[0]).toBe(
      'x BAD expected a quoted string or a literal, found something else (octet 12)',
    );
    expect((await say('UID ECHO "hi"'))[0]).toBe('* ECHO "uid hi"');
    expect(await say('SELECT INBOX (X-HELLO)')).toContain('* OK hello');
    expect((await say('FETCH 2 (X-DOUBLE X-DOUBLE<3>)'))[0]).toBe('* 2 FETCH (X-DOUBLE 4 X-DOUBLE 6)');
    expect((await say('SEARCH X-EVEN'))[0]).toBe('* SEARCH 2');
    expect((await say('SEARCH NOT X-EVEN UID 2:3'))[0]).toBe('* SEARCH 3');
    expect((await say('STATUS INBOX (X-SQUARE)'))[0]).toBe('* STATUS INBOX (X-SQUARE 9)');
    expect(await say('LIST "" INBOX RETURN (STATUS (X-SQUARE))')).toContain('* STATUS INBOX (X-SQUARE 9)');
    expect(imap.servers.plain.specifications).toContainEqual({ rfc: 9999, name: 'INVENTED' });
  } finally {
    await imap.close();
  }
});
