import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  countryFile,
  defineSettings,
  exampleYaml,
  jsonSchema,
  loadSettings,
  mycoSettings,
  size,
} from './index.ts';
import { keyPaths, reloadUnits } from './peel.ts';

const folder = mkdtempSync(join(tmpdir(), 'myco-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const slices = mycoSettings.slices({ working: '/', config: '/' });

function loadText(yaml: string) {
  writeFileSync(join(folder, 'e.yaml'), yaml);
  return loadSettings(mycoSettings, { file: 'e.yaml', env: {}, working: folder }).value;
}

describe('the example', () => {
  const example = exampleYaml(mycoSettings);

  test('is the file in config/ (`myco config example` writes it anew)', () => {
    const file = fileURLToPath(new URL('../../config/myco.example.yaml', import.meta.url));
    expect(readFileSync(file, 'utf8')).toBe(example);
  });

  test('loads back to exactly the defaults', () => {
    // The country's file is read where it is named.
    const written = example.replace('countries/fr.yaml', join(folder, 'fr.yaml'));
    expect(written).not.toBe(example);
    writeFileSync(join(folder, 'fr.yaml'), readFileSync(countryFile('fr.yaml')));
    const defaults = loadSettings(mycoSettings, { env: {}, working: folder }).value;
    const loaded = loadText(written);
    expect({ ...loaded, coop: { ...loaded.coop, country: '' } }).toEqual({
      ...defaults,
      coop: { ...defaults.coop, country: '' },
    });
  });

  test('names every key of the schema, each with a description', () => {
    const uncommented = example.replace(/^( *)# ( *[a-z-]+:( .*)?)$/gim, '$1$2');
    for (const path of keyPaths(slices)) {
      expect(uncommented, path.join('.')).toMatch(
        new RegExp(`^ *(# +)?${path.at(-1)}:|[{,] ${path.at(-1)}:`, 'm'),
      );
    }
    const lines = example.split('\n');
    for (const [index, line] of lines.entries()) {
      if (/^ *[\w-]+:/.test(line)) expect(lines[index - 1], line).toMatch(/^ *# .*\S/);
    }
  });

  test('states every default of the contract', () => {
    expect(parse(example)).toMatchObject({
      coop: { name: 'Exemple SCIC', domain: 'coop.localhost', aliases: [], languages: ['fr', 'en'] },
      data: './data',
      storage: { database: 'sqlite', blobs: 'file' },
      listeners: {
        smtp: { host: '127.0.0.1', port: 2525 },
        submission: { host: '127.0.0.1', port: 2587 },
        submissions: { host: '127.0.0.1', port: 2465 },
        imap: { host: '127.0.0.1', port: 2143 },
        imaps: { host: '127.0.0.1', port: 2993 },
        managesieve: { host: '127.0.0.1', port: 2419 },
        http: { host: '127.0.0.1', port: 2080 },
        https: { host: '127.0.0.1', port: 2443 },
        xmpp: { host: '127.0.0.1', port: 2522 },
        xmpps: { host: '127.0.0.1', port: 2523 },
        'xmpp-server': { host: '127.0.0.1', port: 2569 },
      },
      tls: { mode: 'self-signed' },
      auth: { plaintext: 'refuse' },
      limits: { message: '50MiB', quota: '5GiB', connectionsPerAddress: 100 },
      mail: { relay: null, port: 25, resolver: 'system' },
      chat: { registration: 'invite', registrationsPerHour: 5, unauthenticatedSeconds: 60 },
      log: { level: 'info', format: 'auto' },
    });
  });

  test('keeps lines short enough to read', () => {
    for (const line of example.split('\n').slice(3)) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('of any schema: an optional section is there, commented out', () => {
    const definition = defineSettings(() => ({
      cache: z
        .strictObject({
          size: size().prefault('1KiB').meta({ description: 'How much.', reload: 'live' }),
          disk: z
            .strictObject({
              path: z.string().meta({ description: 'Where.', sample: '/x', reload: 'restart' }),
            })
            .optional()
            .meta({ description: 'On disk too.' }),
        })
        .prefault({}),
    }));
    expect(exampleYaml(definition).split('\n').slice(3).join('\n')).toBe(
      '\ncache:\n  # How much. Value: a size such as 50MiB. [live]\n  size: 1KiB\n  # On disk too.\n  # disk:\n  #   Where. [restart]\n  #   path: /x\n',
    );
  });
});

test('every key says when a change takes effect, and a schema that forgets it is our bug', () => {
  const units = reloadUnits(slices);
  expect(units.length).toBeGreaterThan(15);
  for (const path of keyPaths(slices)) {
    const related = units.some((unit) =>
      unit.path.every((part, index) => path[index] === part || index >= path.length),
    );
    expect(related, path.join('.')).toBe(true);
  }
  const forgetful = defineSettings(() => ({
    a: z.strictObject({ b: z.string().prefault('x') }).prefault({}),
  }));
  expect(() => reloadUnits(forgetful.slices({ working: '/', config: '/' }))).toThrow(
    'a.b does not say when a change takes effect',
  );
});

test('JSON Schema: the written form, closed, with defaults and descriptions', () => {
  const schema = z
    .object({
      additionalProperties: z.literal(false),
      properties: z.record(z.string(), z.looseObject({ description: z.string() })),
    })
    .parse(jsonSchema(mycoSettings));
  expect(Object.keys(schema.properties)).toEqual(Object.keys(slices));
  const limits = schema.properties.limits;
  expect(limits).toMatchObject({
    additionalProperties: false,
    properties: { message: { type: 'string', default: '50MiB', 'x-reload': 'live' } },
  });
  expect(JSON.stringify(schema)).not.toMatch(/"(sample|flow|entry|form|reload)":/);
});
