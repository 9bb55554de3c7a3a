import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import { modules, type Rooms, unfinishedRestore } from '../../rooms/index.ts';
import { loadSettings, type MycoSettings } from '../../settings/index.ts';
import { afterRestore, repairAll, restoreDatabase, verifyAll } from '../../storage/index.ts';
import { version } from '../../version.ts';
import { adminCommand, type OpenServices } from '../admin/index.ts';
import type { Command } from '../command.ts';
import { serverSettings } from '../settings.ts';

const command = adminCommand<Rooms>();

/** What lies in a backup beside the database and the blobs; a restore reads it first. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  engine: z.enum(['sqlite', 'postgres']),
  version: z.string(),
  at: z.string(),
});

const names = { manifest: 'manifest.json', database: 'database', blobs: 'blobs', tls: 'tls' } as const;

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

export const backup = command({
  name: ['backup'],
  summary:
    'write a complete copy into a folder, while the server runs; again into the same folder copies what is new',
  parameters: [{ name: 'dir', summary: 'a folder of its own, best on another disk' }],
  schema: z.strictObject({ dir: z.string() }),
  gather: async ({ args, io }) => ({ dir: resolve(io.working, String(args.dir)) }),
  async run(rooms, { dir }, session) {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const entries = await readdir(dir);
    if (entries.length > 0 && !entries.includes(names.manifest)) {
      throw new StoreError('exists', `${dir} holds something else than a backup of myco`);
    }
    const { engine } = rooms.database;
    // The database first: every blob it names was durable before, and none is removed meanwhile.
    await rooms.blobs.keepWhile(async () => {
      const [fresh, kept] = [join(dir, `${names.database}.new`), join(dir, names.database)];
      await rm(fresh, { recursive: true, force: true });
      await rooms.database.backup(fresh);
      session.progress({ what: 'database copied', done: 1 });
      await rooms.blobs.backup(join(dir, names.blobs));
      const tls = join(rooms.settings.value.data, names.tls);
      if (await exists(tls)) await cp(tls, join(dir, names.tls), { recursive: true });
      await rm(kept, { recursive: true, force: true });
      await rename(fresh, kept);
    });
    const at = new Date(rooms.clock.nowMs()).toISOString();
    const manifest = { format: 1, engine, version, at } satisfies z.input<typeof manifestSchema>;
    await writeFile(join(dir, names.manifest), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    return { text: `backed up to ${dir}`, json: { dir, ...manifest } };
  },
});

export const verify = command({
  name: ['verify'],
  summary: 'check everything that is kept: database, counters, references, every byte',
  options: [{ name: 'repair', summary: 'count again what can be counted' }],
  schema: z.strictObject({ repair: z.boolean().optional() }),
  async run({ database, blobs, clock, accounts }, { repair }, session) {
    const stored = { database, blobs, modules };
    const mended = repair ? await repairAll(stored, clock.nowMs()) : [];
    const progress = (done: number) => {
      if (done % 1000 === 0) session.progress({ what: 'blobs read', done });
    };
    const addressOf = async (account: number) =>
      (await accounts.accounts.member(account))?.address ?? `account ${account}`;
    const faults = await verifyAll(stored, progress, addressOf);
    const lines = [...mended.map((line) => `mended: ${line}`), ...faults];
    if (faults.length > 0) throw new StoreError('corrupt', [...lines, `${faults.length} faults`].join('\n'));
    return { text: [...lines, 'everything is sound'].join('\n'), json: { ok: true, mended } };
  },
});

async function readManifest(dir: string, settings: MycoSettings): Promise<void> {
  const text = await readFile(join(dir, names.manifest), 'utf8').catch(() => {
    throw new StoreError('not-found', `${dir} holds no backup of myco (no ${names.manifest})`);
  });
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw new StoreError('corrupt', `${join(dir, names.manifest)} is no JSON`);
  }
  const manifest = manifestSchema.safeParse(written);
  if (!manifest.success)
    throw new StoreError('corrupt', `${join(dir, names.manifest)} is not of this version's form`);
  const { engine } = settings.storage.database;
  if (manifest.data.engine !== engine) {
    throw new StoreError(
      'invalid',
      `the backup is of ${manifest.data.engine}, the configuration says ${engine}`,
    );
  }
}

/** Restores into an empty data folder; it has no server to talk to, so it is no command on open stores. */
export function restoreCommand(open: OpenServices<Rooms>): Command {
  return {
    name: ['restore'],
    summary: 'put a backup into an empty data folder (and an empty database); the server must not run',
    parameters: [{ name: 'dir', summary: 'what myco backup wrote' }],
    async run({ args, config, io }) {
      const from = resolve(io.working, String(args.dir));
      const where = { ...(config === undefined ? {} : { file: config }), env: io.env, working: io.working };
      const settings = loadSettings(serverSettings, where);
      const { data, storage } = settings.value;
      await readManifest(from, settings.value);
      await mkdir(data, { recursive: true, mode: 0o700 });
      if ((await readdir(data)).length > 0)
        throw new StoreError('exists', `the data folder ${data} is not empty`);
      const unfinished = join(data, unfinishedRestore);
      await writeFile(unfinished, 'myco restore is under way, or was interrupted\n');
      await cp(join(from, names.blobs), join(data, names.blobs), {
        recursive: true,
        preserveTimestamps: true,
      });
      if (await exists(join(from, names.tls)))
        await cp(join(from, names.tls), join(data, names.tls), { recursive: true });
      const database = storage.database.engine === 'sqlite' ? 'sqlite' : storage.database.url;
      await restoreDatabase({ dir: data, database, modules }, join(from, names.database));
      const opened = await open(settings);
      let held = 0;
      try {
        const { database: restored, blobs, clock } = opened.services;
        await afterRestore({ database: restored, modules }, Math.floor(clock.nowMs() / 1000));
        const faults = await verifyAll({ database: restored, blobs, modules });
        if (faults.length > 0)
          throw new StoreError('corrupt', [...faults, `${faults.length} faults`].join('\n'));
        held = (await opened.services.outbox.counts()).held;
      } finally {
        await opened.close();
      }
      await rm(unfinished);
      const lines = [`restored ${from} into ${data}; everything is sound`];
      // Since the backup it may have been sent.
      if (held > 0) lines.push(`mail to ${held} recipients is held: see myco queue list and release`);
      return { text: lines.join('\n'), json: { from, data, held } };
    },
  };
}

export const safetyCommands = [backup, verify];
