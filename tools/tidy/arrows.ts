/**
 * Which folder of src/ may import which: the arrow table of the house, as data. A folder named without a
 * sub-folder (`stores`) stands for all of its sub-folders; `*` is everything.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  formats: ['base', 'formats/address', 'formats/content-lines', 'formats/iban', 'formats/xml'],
  settings: ['base'],
  observability: ['base'],
  storage: ['base', 'observability'],
  net: ['base', 'observability'],
  accounts: ['base', 'formats', 'observability', 'storage'],
  stores: ['base', 'formats', 'observability', 'storage', 'accounts'],
  smtp: ['base', 'formats', 'observability', 'net', 'accounts', 'stores'],
  imap: ['base', 'formats', 'observability', 'net', 'accounts', 'stores'],
  chat: ['base', 'formats', 'observability', 'net', 'accounts', 'stores'],
  webdav: ['base', 'formats', 'observability', 'net', 'accounts', 'stores'],
  caldav: ['base', 'formats', 'observability', 'net', 'accounts', 'stores', 'webdav'],
  carddav: ['base', 'formats', 'observability', 'net', 'accounts', 'stores', 'webdav'],
  coop: ['base', 'formats', 'observability', 'net', 'accounts', 'storage', 'stores/outbox'],
  web: ['*'],
  cli: ['*'],
  testing: ['*'],
  rooms: [
    'base',
    'observability',
    'settings',
    'storage',
    'accounts',
    'stores',
    'coop',
    'formats',
    'modules.ts',
    'worker.ts',
  ],
  suite: ['*'],
  'version.ts': [],
  'modules.ts': ['*'],
  'main.ts': ['*'],
  'worker.ts': ['*'],
};

/** The two composition roots with what they are made of, and the list of store modules they share. */
export const roots: readonly string[] = ['modules.ts', 'main.ts', 'worker.ts', 'rooms', 'suite'];

/** What only a composition root may import. */
export const forRootsOnly: readonly string[] = ['modules.ts', 'main.ts', 'worker.ts', 'cli'];

/** Folders whose sub-folders are houses of their own, each behind its own index.ts. */
export const foldersOfFolders: readonly string[] = ['formats', 'stores'];

/** Grammar only: of their own folder these may import themselves and limits.ts, of others only what stands here. */
export const pureFolders: Readonly<Record<string, readonly string[]>> = {
  'imap/wire': ['base', 'formats'],
  'smtp/wire': ['base', 'formats'],
};

/** Packages and built-in modules that one folder alone may name. */
export const reservedModules: readonly { rule: string; owner: string; modules: readonly string[] }[] = [
  {
    rule: 'driver',
    owner: 'storage',
    modules: [
      'better-sqlite3',
      'node:sqlite',
      'pg',
      'postgres',
      'drizzle-orm',
      'drizzle-kit',
      'aws4fetch',
      's3mini',
      'minio',
      '@aws-sdk/client-s3',
      '@electric-sql/pglite',
    ],
  },
  {
    rule: 'socket',
    owner: 'net',
    modules: ['node:net', 'node:tls', 'node:http', 'node:https', 'node:http2', 'node:dgram'],
  },
];

/** Names (`process.env`, `new Date()`) that one place alone may use; `owners` are paths or folders under src/. */
export const reservedNames: readonly { rule: string; owners: readonly string[]; names: readonly string[] }[] =
  [
    { rule: 'environment', owners: ['settings/'], names: ['process.env'] },
    {
      rule: 'clock',
      owners: ['base/clock.ts'],
      names: [
        'Date.now',
        'performance.now',
        'performance.timeOrigin',
        'process.hrtime',
        'new Date()',
        'Date()',
      ],
    },
    {
      rule: 'random',
      owners: ['base/ids.ts'],
      names: [
        'Math.random',
        'randomBytes',
        'randomFill',
        'randomFillSync',
        'randomInt',
        'randomUUID',
        'pseudoRandomBytes',
        'getRandomValues',
      ],
    },
  ];
