import { z } from 'zod';
import type { Folders } from '../define.ts';
import { cidr, host, path, port } from '../scalars.ts';
import { type Door, doorNames, doors } from './doors.ts';

const address = '127.0.0.1';

const listenerKeys = (folders: Folders, usualPort: number) =>
  z.strictObject({
    host: host().prefault(address).meta({ description: 'The address to bind.' }),
    port: port().prefault(usualPort).meta({
      description: '0 takes a free one, named in the ready line. Left out: the one shown above.',
    }),
    proxy: z.array(cidr()).max(1000).prefault([]).meta({
      description:
        'Addresses of proxies that send a PROXY header (v1 or v2); it is required from them, refused from others.',
      form: 'a list of addresses such as 10.0.0.0/8',
    }),
    tls: z
      .strictObject({
        cert: path(folders.config).meta({
          description: 'PEM file, leaf first. Relative to the folder of this file.',
        }),
        key: path(folders.config).meta({ description: 'PEM file of its private key.' }),
      })
      .optional()
      .meta({
        description: 'A certificate of its own in place of that of tls.',
        form: '{ cert: FILE, key: FILE }',
      }),
  });

export type Listener = z.output<ReturnType<typeof listenerKeys>>;

/** The door's listeners; empty where it stays closed. */
export type Listeners = Readonly<Record<Door, readonly Listener[]>>;

function doorSlice(folders: Folders, door: Door) {
  const one = listenerKeys(folders, doors[door].port);
  return z
    .union([one, z.array(one).max(100)])
    .nullable()
    .optional()
    .transform((written): readonly Listener[] => {
      if (written === null || written === undefined) return [];
      return Array.isArray(written) ? written : [written];
    })
    .meta({
      description: `${doors[door].description}; ${doors[door].publicPort} on a public server.`,
      flow: true,
      ...('closed' in doors[door] ? { sample: { host: address, port: doors[door].port } } : {}),
    });
}

export const listenersSlice = (folders: Folders) => {
  const keys = Object.fromEntries(doorNames.map((door) => [door, doorSlice(folders, door)]));
  const usual = Object.fromEntries(
    doorNames
      .filter((door) => !('closed' in doors[door]))
      .map((door) => [door, { host: address, port: doors[door].port }]),
  );
  return z
    .strictObject(keys as Record<Door, ReturnType<typeof doorSlice>>)
    .prefault(usual)
    .meta({
      description:
        'The doors. Once this section is written, only the doors named in it are open; a list under a door opens it several times.',
      reload: 'restart',
      entry: listenerKeys(folders, 0),
    });
};
