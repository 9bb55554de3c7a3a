import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings, type MycoSettings, mycoSettings, SettingsError } from './index.ts';
import { aliasesMax, depthMax, fileBytesMax, problemsShownMax } from './limits.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'myco-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(yaml: string | Uint8Array): MycoSettings {
  writeFileSync(join(folder, 'a.yaml'), yaml);
  return loadSettings(mycoSettings, { file: 'a.yaml', env: {}, working: folder }).value;
}

/** The lines of the refusal. */
function refusal(yaml: string | Uint8Array): string[] {
  try {
    load(yaml);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  throw new Error('was not refused');
}

describe('what is refused, and where', () => {
  test.each<[string, string, string[]]>([
    ['an unknown section', 'coopp: 1\n', ["a.yaml:1:1: unknown key 'coopp'; did you mean 'coop'?"]],
    [
      'a mistyped key',
      'listeners:\n  submision: { port: 2587 }\n',
      ["a.yaml:2:3: unknown key 'submision' in listeners; did you mean 'submission'?"],
    ],
    [
      'neighbours swapped',
      'limits: { qouta: 1GiB }\n',
      ["a.yaml:1:11: unknown key 'qouta' in limits; did you mean 'quota'?"],
    ],
    [
      'a key of another section',
      'coop:\n  relay: null\n',
      ["a.yaml:2:3: unknown key 'relay' in coop; did you mean 'mail.relay'?"],
    ],
    [
      'a key like no other',
      'log:\n  colour: red\n',
      ["a.yaml:2:3: unknown key 'colour' in log; the keys here are level, format, wire"],
    ],
    [
      'a key of a listener in a list',
      'listeners:\n  smtp:\n    - port: 1\n    - prot: 2\n',
      ["a.yaml:4:7: unknown key 'prot' in listeners.smtp[1]; did you mean 'port'?"],
    ],
    [
      'a port that is text',
      'listeners:\n  imap: { port: x }\n',
      ["a.yaml:2:17: listeners.imap.port: expected a whole number from 0 to 65535, found 'x'"],
    ],
    [
      'a port too high',
      'listeners: { imap: { port: 65536 } }\n',
      ['a.yaml:1:28: listeners.imap.port: expected a whole number from 0 to 65535, found the number 65536'],
    ],
    [
      'a port below zero, of one listener of a list',
      'listeners:\n  imap:\n  - port: 1\n  - port: -1\n',
      ['a.yaml:4:11: listeners.imap[1].port: expected a whole number from 0 to 65535, found the number -1'],
    ],
    [
      'a port with a fraction, once',
      'mail: { port: 65536.5 }\n',
      ['a.yaml:1:15: mail.port: expected a whole number from 1 to 65535, found the number 65536.5'],
    ],
    [
      'a word not allowed',
      'auth:\n  plaintext: alow\n',
      ["a.yaml:2:14: auth.plaintext: expected one of refuse, allow, found 'alow'; did you mean 'allow'?"],
    ],
    [
      'a size without unit',
      'limits:\n  message: 50\n',
      ['a.yaml:2:12: limits.message: expected a size such as 50MiB, from 64KiB to 1GiB, found the number 50'],
    ],
    [
      'a size in decimal units',
      'limits:\n  message: 50MB\n',
      ["a.yaml:2:12: limits.message: '50MB' is not a size; write it as 512KiB, 50MiB or 5GiB"],
    ],
    [
      'a size out of bounds',
      'limits:\n  message: 2GiB\n',
      ["a.yaml:2:12: limits.message: expected at most 1GiB, found '2GiB'"],
    ],
    [
      'a section that is a word',
      'coop: hello\n',
      ["a.yaml:1:7: coop: expected a section of keys, found 'hello'"],
    ],
    [
      'a section left empty',
      'log:\n  # level: debug\ndata: ./x\n',
      ['a.yaml:1:1: log is empty; write its keys below it, or leave it out for the defaults'],
    ],
    ['an empty value', 'data:\n', ['a.yaml:1:1: data: expected a path, found nothing']],
    [
      'a number for text',
      'coop:\n  name: 2024\n',
      ['a.yaml:2:9: coop.name: expected text of at most 200 characters, found the number 2024'],
    ],
    [
      'a list for text',
      'coop:\n  name: [a]\n',
      ['a.yaml:2:9: coop.name: expected text of at most 200 characters, found a list'],
    ],
    [
      'a hostname that is an address',
      'coop:\n  hostname: 192.0.2.1\n',
      ["a.yaml:2:13: coop.hostname: expected a domain name such as example.org, found '192.0.2.1'"],
    ],
    [
      'a hostname with an underscore',
      'coop:\n  hostname: my_host.example\n',
      ["a.yaml:2:13: coop.hostname: expected a domain name such as example.org, found 'my_host.example'"],
    ],
    [
      'a language that is none',
      'coop:\n  languages: [fr, "not a tag"]\n',
      ["a.yaml:2:19: coop.languages[1]: expected a language tag such as fr or pt-BR, found 'not a tag'"],
    ],
    [
      'no language at all',
      'coop:\n  languages: []\n',
      ['a.yaml:2:14: coop.languages: expected at least 1 entries, found a list'],
    ],
    [
      'an alias that is the domain',
      'coop:\n  domain: a.example\n  aliases: [b.example, A.example]\n',
      ['a.yaml:3:24: a.example is already the main domain'],
    ],
    [
      'an alias twice',
      'coop: { aliases: [b.example, b.example] }\n',
      ['a.yaml:1:30: b.example is listed twice'],
    ],
    [
      'a contact that nobody can be written to at',
      'push:\n  contact: http://coop.localhost/\n',
      [
        "a.yaml:2:12: push.contact: expected an address such as mailto:admin@coop.localhost or https://coop.localhost/contact, found 'http://coop.localhost/'",
      ],
    ],
    [
      'a relay that speaks http',
      'mail:\n  relay: http://user:secret@host\n',
      [
        'a.yaml:2:10: mail.relay: expected an address such as smtp://host:25 or smtps://user:password@host, found http://',
      ],
    ],
    [
      'a relay without scheme',
      'mail:\n  relay: host:25\n',
      [
        'a.yaml:2:10: mail.relay: expected an address such as smtp://host:25 or smtps://user:password@host, found something else',
      ],
    ],
    [
      'a name server that is a name',
      'mail:\n  resolver: [dns.example]\n',
      [
        "a.yaml:2:14: mail.resolver[0]: expected a name server such as 127.0.0.1:5353 or [::1]:53, found 'dns.example'",
      ],
    ],
    [
      'a resolver of another kind',
      'mail:\n  resolver: 3\n',
      ['a.yaml:2:13: mail.resolver: expected system or a list such as [127.0.0.1:5353]'],
    ],
    [
      'a token issuer on another machine without TLS',
      'auth:\n  oauth:\n    introspection: http://us:secret@id.example/introspect\n',
      [
        'a.yaml:3:20: auth.oauth.introspection: expected an address such as https://client:secret@id.example.org/introspect, found http:// to another machine',
      ],
    ],
    [
      'a token issuer that is malformed',
      'auth:\n  oauth: { introspection: "https://us:%zz@id.example/", scope: a b }\n',
      [
        'a.yaml:2:27: auth.oauth.introspection: expected an address such as https://client:secret@id.example.org/introspect, found a % that encodes nothing in its user or password',
        "a.yaml:2:64: auth.oauth.scope: expected one word of a scope, such as mail, found 'a b'",
      ],
    ],
    [
      'a token issuer without its address',
      'auth:\n  oauth: { claim: email }\n',
      [
        'a.yaml:2:3: auth.oauth.introspection: expected an address such as https://client:secret@id.example.org/introspect, found nothing',
      ],
    ],
    [
      'a capability that cannot be one',
      'imap:\n  without: { everyone: [MO VE], clients: { Outlook: MOVE } }\n',
      [
        "a.yaml:2:25: imap.without.everyone[0]: expected a capability such as COMPRESS=DEFLATE, found 'MO VE'",
        "a.yaml:2:53: imap.without.clients.Outlook: expected a list, found 'MOVE'",
      ],
    ],
    [
      'PostgreSQL without a database',
      'storage:\n  database: postgres://host\n',
      [
        'a.yaml:2:13: storage.database: expected sqlite or postgres://user:password@host/database, found one without a database name',
      ],
    ],
    [
      'PostgreSQL without a host',
      'storage:\n  database: postgres:///coop\n',
      [
        'a.yaml:2:13: storage.database: expected sqlite or postgres://user:password@host/database, found one without a host',
      ],
    ],
    [
      'PostgreSQL malformed',
      'storage:\n  database: "postgres://u:secret@ho st/db"\n',
      [
        'a.yaml:2:13: storage.database: expected sqlite or postgres://user:password@host/database, found one that is malformed',
      ],
    ],
    [
      'another database',
      'storage:\n  database: mysql://u:secret@host/db\n',
      [
        'a.yaml:2:13: storage.database: expected sqlite or postgres://user:password@host/database, found mysql://',
      ],
    ],
    [
      'an object store',
      'storage:\n  blobs: s3://bucket\n',
      ['a.yaml:2:10: storage.blobs: object stores (s3://) are not available in this version; write file'],
    ],
    [
      'ACME by its section',
      'tls:\n  acme: { directory: https://ca.example/dir, email: a@b.example }\n',
      [
        'a.yaml:2:3: tls.acme: certificates by ACME are not available in this version; use mode files or self-signed',
      ],
    ],
    [
      'ACME by its mode',
      'tls:\n  mode: acme\n',
      [
        'a.yaml:2:9: tls.mode: certificates by ACME are not available in this version; use mode files or self-signed',
      ],
    ],
    [
      'mode files without files',
      'tls: { mode: files }\n',
      ['a.yaml:1:14: tls.mode: mode files needs a files section with cert and key'],
    ],
    [
      'files beside self-signed',
      'tls:\n  mode: self-signed\n  files: { cert: c, key: k }\n',
      ['a.yaml:3:3: tls.files: a files section cannot stand beside mode self-signed'],
    ],
    [
      'a certificate without its key',
      'tls:\n  files: { cert: c }\n',
      ['a.yaml:2:3: tls.files.key: expected a path, found nothing'],
    ],
    [
      'plaintext off loopback',
      'auth: { plaintext: allow }\nlisteners:\n  smtp: {}\n  imap:\n    host: 0.0.0.0\n',
      [
        'a.yaml:5:11: listeners.imap is bound to 0.0.0.0: auth.plaintext allow needs every listener on loopback',
      ],
    ],
    [
      'one port for two listeners',
      'listeners:\n  smtp: { port: 25 }\n  imap: { port: 25 }\n',
      ['a.yaml:3:17: listeners.imap: port 25 is already taken by smtp'],
    ],
    [
      'one port, the address within the wildcard',
      'listeners:\n  smtp: [{ port: 25 }, { host: 0.0.0.0, port: 25 }]\n',
      ['a.yaml:2:47: listeners.smtp: port 25 is already taken by smtp'],
    ],
    [
      'a proxy that is no address',
      'listeners:\n  smtp: { proxy: [10.0.0.0/33] }\n',
      [
        "a.yaml:2:19: listeners.smtp.proxy[0]: expected addresses such as 10.0.0.0/8 or fd00::/8, found '10.0.0.0/33'",
      ],
    ],
    [
      'a message larger than the quota',
      'limits:\n  quota: 1MiB\n  message: 2MiB\n',
      ['a.yaml:3:12: limits.message is larger than limits.quota: no member could keep it'],
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(refusal(yaml)).toEqual(expected);
  });

  test('files that are named but not there', () => {
    const missing = (path: string) => join(folder, path);
    expect(refusal('coop:\n  country: no.yaml\ntls:\n  files:\n    cert: c.pem\n    key: k.pem\n')).toEqual([
      `a.yaml:2:12: coop.country: no file can be read at ${missing('no.yaml')}`,
      `a.yaml:5:11: tls.files.cert: no file can be read at ${missing('c.pem')}`,
      `a.yaml:6:10: tls.files.key: no file can be read at ${missing('k.pem')}`,
    ]);
    expect(refusal('listeners:\n  imaps:\n    tls: { cert: c.pem, key: . }\n')).toEqual([
      `a.yaml:3:18: listeners.imaps.tls.cert: no file can be read at ${missing('c.pem')}`,
      `a.yaml:3:30: listeners.imaps.tls.key: no file can be read at ${folder}`,
    ]);
  });

  test('everything at once, in the order of the file', () => {
    const yaml =
      'log: { level: loud }\ncoop:\n  nam: x\n  domain: _\nlimits: { quota: 1MiB }\nmail: { port: 0 }\n';
    expect(refusal(yaml).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'a.yaml:1:15: log.level',
      "a.yaml:3:3: unknown key 'nam' in coop; did you mean 'name'?",
      'a.yaml:4:11: coop.domain',
      'a.yaml:5:1: limits.message is larger than limits.quota',
      'a.yaml:6:15: mail.port',
    ]);
  });

  test('a password is repeated in no refusal', () => {
    const lines = refusal(
      'mail: { relay: "smtp://u:hunter2@" }\nstorage: { database: "postgres:u:hunter2@h", blobs: "x://u:hunter2@h" }\nlog: { level: "smtp://u:hunter2@h" }\n',
    );
    expect(lines).toHaveLength(4);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  test('what a file says cannot move the cursor of the terminal', () => {
    const lines = refusal(
      '"co\\e[2Jop": 1\nlimits: { message: "\\e]0;x\\a" }\nlog: { level: "a\\nb\\u202e" }\n',
    );
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toMatch(/\p{C}/u);
  });

  test(`${problemsShownMax} problems are shown, the rest counted`, () => {
    const keys = Array.from({ length: problemsShownMax + 5 }, (_, index) => `unknown${index}: 1\n`);
    const lines = refusal(keys.join(''));
    expect(lines).toHaveLength(problemsShownMax + 1);
    expect(lines.at(-1)).toBe('and 5 more');
  });
});

describe('YAML', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['a duplicate key', 'coop:\n  name: a\n  name: b\n', "a.yaml:3:3: key 'name' is written twice in coop"],
    ['a duplicate section', 'log: {}\nlog: {}\n', "a.yaml:2:1: key 'log' is written twice"],
    ['a key that is a number', '1: x\n', 'a.yaml:1:1: expected a key that is a plain word'],
    ['a key that is a list', '? [a]\n: 1\n', 'a.yaml:1:3: expected a key that is a plain word'],
    [
      'a list at the root',
      '- a\n',
      'a.yaml:1:1: expected keys and values such as `coop:`, found something else',
    ],
    [
      'a word at the root',
      'hello\n',
      'a.yaml:1:1: expected keys and values such as `coop:`, found something else',
    ],
    ['a tag', 'coop: { name: !secret x }\n', 'a.yaml:1:15: tags such as !name have no meaning here'],
    ['YAML 1.1', '%YAML 1.1\n---\ncoop: {}\n', 'a.yaml:1:1: only YAML 1.2 is read; remove the %YAML line'],
    [
      'a second document',
      'log: {}\n---\nlog: {}\n',
      'a.yaml:2:1: a second document starts here; a configuration is one document',
    ],
    ['an alias without anchor', 'data: *x\n', "a.yaml:1:7: alias 'x' has no anchor before it"],
    [
      'an alias in its own anchor',
      'coop: &c { name: *c }\n',
      "a.yaml:1:18: alias 'c' stands inside its own anchor",
    ],
    [
      'a merge key',
      'log: { <<: { level: debug } }\n',
      "a.yaml:1:8: unknown key '<<' in log; the keys here are level, format, wire",
    ],
    [
      'a prototype',
      'log: { __proto__: { level: debug } }\n',
      "a.yaml:1:8: unknown key '__proto__' in log; the keys here are level, format, wire",
    ],
    ['bytes that are no UTF-8', Uint8Array.of(0x61, 0xff), 'a.yaml: is not UTF-8 text'],
  ])('%s is refused', (_name, yaml, expected) => {
    expect(refusal(yaml)).toContain(expected);
  });

  test('a syntax error names its place', () => {
    expect(refusal('coop:\n  name: "x\n')[0]).toMatch(/^a\.yaml:3:1: not readable as YAML: /);
    expect(refusal('log:\n\tlevel: info\n')[0]).toMatch(/^a\.yaml:2:1: not readable as YAML: /);
  });

  test(`${aliasesMax} aliases are read, one more is not`, () => {
    const withAliases = (count: number) =>
      `coop:\n  name: &n x\n  aliases: [${Array.from({ length: count }, (_, index) => `a${index}.example`).join(', ')}]\nmail:\n  resolver: [&r 127.0.0.1:53${', *r'.repeat(count)}]\n`;
    expect(load('mail: { resolver: [&r "127.0.0.1:53", *r] }\n').mail.resolver).toEqual([
      '127.0.0.1:53',
      '127.0.0.1:53',
    ]);
    expect(refusal(withAliases(aliasesMax)).join()).not.toContain('aliases');
    expect(refusal(withAliases(aliasesMax + 1)).join()).toContain(`more than ${aliasesMax} aliases`);
  });

  test('aliases of aliases do not expand without bound', () => {
    const levels = Array.from({ length: 15 }, (_, index) => {
      return `k${index + 1}: &a${index + 1} [*a${index}, *a${index}]`;
    });
    expect(refusal(`k0: &a0 [x, x]\n${levels.join('\n')}\n`).join()).toMatch(/aliases expand to more than/);
  });

  test(`${depthMax} levels are read, deeper ones refused, whatever the depth`, () => {
    const nested = (levels: number) => `coop: ${'['.repeat(levels)}${']'.repeat(levels)}\n`;
    expect(refusal(nested(depthMax - 1)).join()).not.toContain('nested');
    expect(refusal(nested(depthMax)).join()).toContain(`nested deeper than ${depthMax} levels`);
    expect(refusal(nested(50_000)).join()).toMatch(/nested (deeper|too deeply)/);
    expect(refusal(nested(50_000)).join()).not.toContain('call stack');
    expect(refusal(`${'- '.repeat(50_000)}x\n`).join()).toMatch(/nested (deeper|too deeply)/);
  });

  test(`${fileBytesMax} bytes are read, one more is not`, () => {
    const filled = (bytes: number) => `log: {}\n#${'x'.repeat(bytes - 9)}`;
    expect(load(filled(fileBytesMax)).log.level).toBe('info');
    expect(refusal(filled(fileBytesMax + 1))).toEqual([
      `a.yaml: is ${fileBytesMax + 1} bytes; a configuration has at most ${fileBytesMax}`,
    ]);
  });

  test('an empty file, a byte order mark, CRLF', () => {
    expect(load('').coop.domain).toBe('coop.localhost');
    expect(load('# nothing\n').coop.domain).toBe('coop.localhost');
    expect(load('\ufeffcoop:\r\n  domain: a.example\r\n').coop.domain).toBe('a.example');
  });
});

describe('values', () => {
  test('doors: one, several, closed, the rest closed', () => {
    const { listeners } = load(
      'listeners:\n  smtp: { host: "::", port: 0, proxy: [10.1.2.3, "FD00::/8"] }\n  imap: [{}, { port: 0 }]\n  imaps: null\n',
    );
    expect(listeners.smtp).toEqual([{ host: '::', port: 0, proxy: ['10.1.2.3/32', 'fd00::/8'] }]);
    expect(listeners.imap).toEqual([
      { host: '127.0.0.1', port: 2143, proxy: [] },
      { host: '127.0.0.1', port: 0, proxy: [] },
    ]);
    expect(listeners.imaps).toEqual([]);
    expect(listeners.https).toEqual([]);
    expect(Object.values(load('listeners: {}\n').listeners).flat()).toEqual([]);
  });

  test('the host name follows the main domain', () => {
    expect(load('coop: { domain: a.example }\n').coop.hostname).toBe('mail.a.example');
    expect(load('coop: { domain: a.example, hostname: MX.b.example }\n').coop.hostname).toBe('mx.b.example');
    expect(load('coop: { domain: bücher.example }\n').coop.domain).toBe('xn--bcher-kva.example');
  });

  test('relay, resolver, database', () => {
    const { mail, storage } = load(
      'mail: { relay: "smtps://u%40x:p%3A@[::1]", resolver: [127.0.0.1:5353, "[::1]", 192.0.2.1] }\nstorage: { database: "postgres://u:p@h:5433/coop" }\n',
    );
    expect(mail.relay).toEqual({
      host: '::1',
      port: 465,
      implicitTls: true,
      credentials: { user: 'u@x', password: 'p:' },
    });
    expect(mail.resolver).toEqual(['127.0.0.1:5353', '[::1]:53', '192.0.2.1:53']);
    expect(storage.database).toEqual({ engine: 'postgres', url: 'postgres://u:p@h:5433/coop' });
    expect(load('mail: { relay: smtp://h }\n').mail.relay?.port).toBe(587);
    expect(load('mail: { relay: smtp://h:2525 }\n').mail.relay?.credentials).toBeUndefined();
    expect(
      load('storage: { database: "postgresql:///coop?host=/run/postgresql" }\n').storage.database.engine,
    ).toBe('postgres');
  });

  test('port 0 twice, and one port on two addresses, are possible', () => {
    const yaml =
      'listeners:\n  smtp: [{ port: 0 }, { port: 0 }]\n  imap: [{ host: 192.0.2.1, port: 9 }, { host: 192.0.2.2, port: 9 }]\n';
    expect(load(yaml).listeners.imap).toHaveLength(2);
  });

  test('plaintext on loopback is allowed', () => {
    const yaml =
      'auth: { plaintext: allow }\nlisteners: { smtp: { host: "::1" }, imap: { host: localhost }, http: { host: 127.9.9.9 } }\n';
    expect(load(yaml).auth.plaintext).toBe('allow');
  });

  test('paths: data from the working directory, files of the operator from the folder of the configuration', () => {
    mkdirSync(join(folder, 'etc/tls'), { recursive: true });
    for (const name of ['c.pem', 'k.pem']) writeFileSync(join(folder, 'etc/tls', name), 'x');
    writeFileSync(
      join(folder, 'etc/b.yaml'),
      'data: var\ntls: { files: { cert: tls/c.pem, key: tls/k.pem } }\n',
    );
    const { value } = loadSettings(mycoSettings, { file: 'etc/b.yaml', env: {}, working: folder });
    expect(value.data).toBe(join(folder, 'var'));
    expect(value.coop.country).toBe(join(folder, 'etc/countries/fr.yaml'));
    expect(value.tls).toEqual({
      mode: 'files',
      cert: join(folder, 'etc/tls/c.pem'),
      key: join(folder, 'etc/tls/k.pem'),
    });
    expect(load('data: /srv/myco\n').data).toBe('/srv/myco');
  });
});

describe('which file', () => {
  const named = (file?: string, config?: string) =>
    loadSettings(mycoSettings, {
      working: folder,
      env: config === undefined ? {} : { config },
      ...(file === undefined ? {} : { file }),
    });
  const write = (path: string, name: string) => {
    mkdirSync(join(folder, 'config'), { recursive: true });
    writeFileSync(join(folder, path), `coop: { name: ${name} }\n`);
  };

  test('--config, then MYCO_CONFIG, then config/myco.yaml, then the defaults', () => {
    expect(named()).toMatchObject({ file: undefined, value: { coop: { name: 'Exemple SCIC' } } });
    write('config/myco.yaml', 'usual');
    write('env.yaml', 'env');
    write('flag.yaml', 'flag');
    expect(named()).toMatchObject({ file: 'config/myco.yaml', value: { coop: { name: 'usual' } } });
    expect(named(undefined, 'env.yaml')).toMatchObject({ value: { coop: { name: 'env' } } });
    expect(named('flag.yaml', 'env.yaml')).toMatchObject({
      file: 'flag.yaml',
      value: { coop: { name: 'flag' } },
    });
  });

  test('a file that is named must be there, and be a file', () => {
    expect(() => named('no.yaml')).toThrow('no.yaml: no such file');
    expect(() => named(undefined, 'no.yaml')).toThrow('no.yaml: no such file');
    expect(() => named('.')).toThrow('.: is a folder; name the file in it');
    write('a.yaml', 'a');
    expect(() => named('a.yaml/b.yaml')).toThrow(SettingsError);
  });

  test.skipIf(process.getuid?.() === 0)(
    'a usual file that cannot be read is not taken for the defaults',
    () => {
      write('config/myco.yaml', 'usual');
      chmodSync(join(folder, 'config/myco.yaml'), 0);
      expect(() => named()).toThrow('config/myco.yaml: cannot be read');
    },
  );
});

describe('reload', () => {
  function start(yaml: string) {
    const file = join(folder, 'r.yaml');
    writeFileSync(file, yaml);
    const loaded = loadSettings(mycoSettings, { file: 'r.yaml', env: {}, working: folder });
    return { loaded, write: (next: string) => writeFileSync(file, next) };
  }

  test('takes over what may change, keeps and names what needs a restart', () => {
    const { loaded, write } = start('coop: { name: a, domain: a.example }\n');
    const before = loaded.value;
    write('coop: { name: b, domain: b.example }\nlog: { level: debug }\nlisteners: {}\n');
    expect(loaded.reload()).toMatchObject({
      ok: true,
      live: ['coop.name', 'log.level'],
      restart: ['coop.domain', 'coop.hostname', 'listeners'],
    });
    expect(loaded.value.coop).toMatchObject({ name: 'b', domain: 'a.example', hostname: 'mail.a.example' });
    expect(loaded.value.log.level).toBe('debug');
    expect(loaded.value.listeners.smtp).toHaveLength(1);
    expect(before.coop.name).toBe('a');
    expect(loaded.reload()).toMatchObject({ ok: true, live: [] });
  });

  test('a bad file is refused whole, and the next good one taken', () => {
    const { loaded, write } = start('log: { level: warn }\n');
    write('log: { level: debug }\nchat: { registration: opne }\n');
    const refused = loaded.reload();
    if (refused.ok) throw new Error('was taken');
    expect(refused.error.message).toMatch(/^r\.yaml:2:23: chat\.registration: .* did you mean 'open'\?$/);
    expect(loaded.value.log.level).toBe('warn');
    rmSync(join(folder, 'r.yaml'));
    expect(loaded.reload().ok).toBe(false);
    write('log: { level: debug }\n');
    expect(loaded.reload().ok).toBe(true);
    expect(loaded.value.log.level).toBe('debug');
  });

  test('nothing changed', () => {
    const { loaded } = start('');
    expect(loaded.reload()).toMatchObject({ ok: true, live: [], restart: [] });
  });
});
