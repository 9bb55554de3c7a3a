import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Member } from '../accounts/index.ts';
import { createHealth, createLog, createMetrics } from '../observability/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type Door, doorNames, loadSettings, mycoSettings } from '../settings/index.ts';
import { firstAdministrator, openSuite, type Running } from '../suite/index.ts';
import { openTestDns, type TestDns } from './dns.ts';
import { makeFolder, removeFolder } from './folder.ts';

export interface SuiteOptions {
  /**
   * Sections of the configuration, each in place of the default one, as the YAML would have them. Without `listeners`
   * every door is open on a free port of 127.0.0.1.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Admin commands of the socket in the data folder (`roomCommands` of cli); default none. */
  readonly commands?: Parameters<typeof openSuite>[0]['commands'];
}

/** A whole running suite. */
export interface TestSuite {
  /** Holds `myco.yaml` and the data folder; removed by `stop`. */
  readonly folder: string;
  readonly data: string;
  /** The configuration file, for `myco --config`. */
  readonly config: string;
  /** The first listener of each open door; 0 for a door that is not open. */
  readonly ports: Readonly<Record<Door, number>>;
  /** The name server that the suite asks where its settings name no other; it knows no name until a test says so. */
  readonly dns: TestDns;
  readonly rooms: Rooms;
  readonly running: Running;
  /** The certificate authority that clients trust, PEM. */
  readonly authority: string;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  /** The administrator of a first start and the path of its one-time link. */
  readonly administrator: { readonly address: string; readonly path: string };
  /** Adds a member who has a password. */
  addMember(address: string, password: string): Promise<Member>;
  /** Cuts every connection off and removes the folder. */
  stop(): Promise<void>;
}

/** Starts the suite in this process as `myco serve` does at a first start. The caller stops it. */
export async function startSuite(options: SuiteOptions = {}): Promise<TestSuite> {
  const folder = makeFolder();
  const data = join(folder, 'data');
  const config = join(folder, 'myco.yaml');
  const dns = await openTestDns();
  const listeners = Object.fromEntries(doorNames.map((door) => [door, { host: '127.0.0.1', port: 0 }]));
  const mail = { resolver: [dns.address], ...Object(options.settings?.mail) };
  // YAML 1.2 takes JSON as it is.
  writeFileSync(config, JSON.stringify({ data, listeners, ...options.settings, mail }));
  const logged: string[] = [];
  const observers = {
    log: createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) }),
    metrics: createMetrics({ processMetrics: false }),
    health: createHealth(),
  };
  try {
    const settings = loadSettings(mycoSettings, { file: config, env: {}, working: folder });
    const running = await openSuite({ settings, commands: options.commands ?? [] }, observers);
    const administrator = await firstAdministrator(running.rooms);
    if (!administrator) throw new Error('a new data folder has members');
    const portOf = (wanted: Door) => running.doors.open.find(({ door }) => door === wanted)?.port ?? 0;
    return {
      folder,
      data,
      config,
      ports: Object.fromEntries(doorNames.map((door) => [door, portOf(door)])) as Record<Door, number>,
      dns,
      rooms: running.rooms,
      running,
      authority: running.doors.certificates.authority ?? '',
      logged,
      administrator,
      addMember: (address, password) => running.rooms.accounts.admin.addMember(address, { password }),
      async stop() {
        await running.stop(0);
        await dns.close();
        removeFolder(folder);
      },
    };
  } catch (error) {
    await dns.close();
    removeFolder(folder);
    throw error;
  }
}
