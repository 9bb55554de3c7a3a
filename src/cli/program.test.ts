import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../base/index.ts';
import { exampleYaml, mycoSettings } from '../settings/index.ts';
import { temporaryFolder } from '../testing/index.ts';
import {
  type Call,
  type Command,
  configCommands,
  exits,
  readStdinLine,
  runCli,
  UsageError,
} from './index.ts';
import { stdinBytesMax } from './limits.ts';

const heard: Call[] = [];
const commands: readonly Command[] = [
  ...configCommands,
  {
    name: ['serve'],
    summary: 'run',
    run: async () => undefined,
  },
  {
    name: ['alias', 'add'],
    summary: 'add',
    parameters: [
      { name: 'address', summary: 'which' },
      { name: 'targets', summary: 'to whom', many: true },
    ],
    options: [
      { name: 'display-name', value: 'NAME', summary: 'how it is called' },
      { name: 'admin', summary: 'whether' },
    ],
    run: async (call) => {
      heard.push(call);
      return { text: 'added', json: { added: true } };
    },
  },
  ...[
    new StoreError('exists', 'it is there already'),
    new UsageError('not like this'),
    new Error('broken'),
  ].map(
    (error, index): Command => ({
      name: [`fail${index}`],
      summary: 'fail',
      run: async () => {
        throw error;
      },
    }),
  ),
];

async function myco(argv: string[], options: { working?: string; config?: string; stdin?: string } = {}) {
  let out = '';
  let err = '';
  const status = await runCli(
    commands,
    argv,
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      stdin: Readable.from([options.stdin ?? '']),
      env: options.config === undefined ? {} : { config: options.config },
      working: options.working ?? '/nowhere',
      signal: new AbortController().signal,
    },
    { version: '1.2.3' },
  );
  return { status, out, err };
}

describe('the command line', () => {
  test('words, lists, options and flags arrive by name', async () => {
    expect(
      await myco([
        'alias',
        'add',
        'a@b',
        'c@d',
        'e@f',
        '--display-name',
        'N',
        '--admin',
        '--config',
        'x.yaml',
      ]),
    ).toEqual({
      status: 0,
      out: 'added\n',
      err: '',
    });
    expect(heard.at(-1)).toMatchObject({
      args: { address: 'a@b', targets: ['c@d', 'e@f'], displayName: 'N', admin: true },
      config: 'x.yaml',
      json: false,
    });
    expect(await myco(['alias', 'add', 'a@b', 'c@d', '--json'])).toEqual({
      status: 0,
      out: '{"added":true}\n',
      err: '',
    });
    expect(heard.at(-1)).toMatchObject({
      args: { address: 'a@b', targets: ['c@d'] },
      config: undefined,
      json: true,
    });
  });

  test.each([
    ['nothing', [], 'Usage: myco'],
    ['an unknown command', ['serv'], 'Did you mean serve?'],
    ['an unknown second word', ['config', 'chek'], 'Did you mean check?'],
    ['a group alone', ['config'], 'Usage: myco config'],
    ['a missing word', ['alias', 'add', 'a@b'], "missing required argument 'targets'"],
    ['a word too many', ['serve', 'now'], 'too many arguments'],
    ['an unknown option', ['serve', '--jason'], 'Did you mean --json?'],
    ['an option without value', ['serve', '--config'], "option '--config <FILE>' argument missing"],
  ])('%s exits with 2', async (_name, argv, said) => {
    const { status, out, err } = await myco(argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(said);
  });

  test('a refusal: one sentence and 1; ours with a stack; wrong usage 2', async () => {
    expect(await myco(['fail0'])).toEqual({ status: 1, out: '', err: 'myco: it is there already\n' });
    expect(await myco(['fail1'])).toEqual({ status: 2, out: '', err: 'myco: not like this\n' });
    expect((await myco(['fail2'])).err).toMatch(/^myco: Error: broken\n +at /);
    expect(await myco(['fail0', '--json'])).toEqual({
      status: 1,
      out: '{"error":{"reason":"exists","message":"it is there already"}}\n',
      err: '',
    });
    expect(JSON.parse((await myco(['fail2', '--json'])).out)).toMatchObject({ error: { reason: 'fault' } });
  });

  test('help and version', async () => {
    const { status, out } = await myco(['--help']);
    expect(status).toBe(0);
    for (const exit of exits) expect(out).toContain(`  ${exit.status}  ${exit.meaning}`);
    expect(out).toContain('the configuration file');
    expect(await myco(['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' });
    expect((await myco(['config', 'check', '--help'])).out).toContain('--config <FILE>');
  });
});

describe('myco config', () => {
  test('example prints the complete file', async () => {
    expect(await myco(['config', 'example'])).toEqual({ status: 0, out: exampleYaml(mycoSettings), err: '' });
    expect(JSON.parse((await myco(['config', 'example', '--json'])).out)).toEqual({
      yaml: exampleYaml(mycoSettings),
    });
  });

  test('schema prints JSON, with --json on one line', async () => {
    const people = (await myco(['config', 'schema'])).out;
    const script = (await myco(['config', 'schema', '--json'])).out;
    expect(JSON.parse(people)).toEqual(JSON.parse(script));
    expect(script.trimEnd()).not.toContain('\n');
    expect(people).toContain('\n  "type": "object"');
  });

  test('check: every problem with its line, or none', async () => {
    const working = temporaryFolder();
    mkdirSync(join(working, 'config'));
    expect(await myco(['config', 'check'], { working })).toEqual({
      status: 0,
      out: 'no configuration file: the defaults are used\n',
      err: '',
    });
    writeFileSync(join(working, 'config/myco.yaml'), 'log: { level: debug }\n');
    expect((await myco(['config', 'check'], { working })).out).toBe('config/myco.yaml: nothing wrong\n');
    expect((await myco(['config', 'check', '--json'], { working })).out).toBe(
      '{"ok":true,"file":"config/myco.yaml"}\n',
    );
    writeFileSync(join(working, 'bad.yaml'), 'log:\n  levl: debug\nmial: {}\n');
    const wrong = [
      "bad.yaml:2:3: unknown key 'levl' in log; did you mean 'level'?",
      "bad.yaml:3:1: unknown key 'mial'; did you mean 'mail'?",
    ];
    for (const how of [{ argv: ['--config', 'bad.yaml'] }, { argv: [], config: 'bad.yaml' }]) {
      expect(await myco(['config', 'check', ...how.argv], { ...how, working })).toEqual({
        status: 1,
        out: '',
        err: `${wrong.join('\n')}\n`,
      });
    }
    writeFileSync(
      join(working, 'imap.yaml'),
      'imap: { without: { accounts: { a@b.example: [MOVE, COMPRES=DEFLATE] } } }\n',
    );
    expect((await myco(['config', 'check', '--config', 'imap.yaml'], { working })).err).toBe(
      'imap.yaml:1:52: imap.without.accounts.a@b.example: COMPRES=DEFLATE is no capability that can be kept back; did you mean COMPRESS=DEFLATE?\n',
    );
    const one = 'FR76 9999 9999 9900 0000 0000 056';
    writeFileSync(
      join(working, 'bank.yaml'),
      `coop: { banks: { main: "${one}, AGRIFRPP", other: ${one.replace('FR76', 'FR77')}, twin: ${one.replaceAll(' ', '')} } }\n`,
    );
    expect((await myco(['config', 'check', '--config', 'bank.yaml'], { working })).err).toBe(
      [
        'bank.yaml:1:78: coop.banks.other: the check digits of the IBAN do not fit: a digit is wrong',
        'bank.yaml:1:119: coop.banks.twin: the same account as main',
        '',
      ].join('\n'),
    );
    const json = await myco(['config', 'check', '--json', '--config', 'bad.yaml'], { working });
    expect(json).toMatchObject({ status: 1, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({
      error: { reason: 'settings', problems: [{ file: 'bad.yaml', line: 2, column: 3 }, { line: 3 }] },
    });
  });
});

describe('a password on standard input', () => {
  const read = (...chunks: (string | Buffer)[]) =>
    readStdinLine({
      out: () => undefined,
      err: () => undefined,
      stdin: Readable.from(chunks),
      env: {},
      working: '/',
      signal: new AbortController().signal,
    });

  test('is one line, its ending taken off, spaces kept', async () => {
    expect(await read('secret')).toBe('secret');
    expect(await read(' se', 'cret \r\n')).toBe(' secret ');
    expect(await read(Buffer.from('clé\n'))).toBe('clé');
  });

  test(`is neither empty, nor two lines, nor more than ${stdinBytesMax} bytes`, async () => {
    await expect(read('\n')).rejects.toThrow('nothing on standard input');
    await expect(read('a\nb')).rejects.toThrow('more than one line');
    expect(await read('x'.repeat(stdinBytesMax))).toHaveLength(stdinBytesMax);
    await expect(read('x'.repeat(stdinBytesMax), 'x')).rejects.toThrow(UsageError);
  });
});
