/** The client's process: what speaking to the servers costs is not counted with what they cost. */
import { Connection } from './connection.ts';
import { login, type Measure, Place, type Target } from './place.ts';
import { crowd, type Row } from './row.ts';
import { rows } from './rows.ts';
import { fillCrowd } from './rows-changes.ts';

export type Ask =
  /** A server is there, or is there again on other ports. */
  | { readonly what: 'target'; readonly target: Target }
  /** Answers a word for each server: `ready`, `absent` where it has not what the row needs, or what went wrong. */
  | { readonly what: 'prepare'; readonly servers: readonly string[]; readonly row: string }
  | { readonly what: 'round'; readonly server: string; readonly row: string; readonly ms: number }
  | { readonly what: 'idle'; readonly server: string; readonly idle: Idle }
  | { readonly what: 'leave'; readonly server: string };

/** Sessions that idle in the INBOX of a member each. */
export interface Idle {
  readonly count: number;
  readonly tls: boolean;
  /** Whose: the crowd, by these names. */
  readonly names: readonly string[];
}

export type Value = Measure | readonly string[] | null;
export type Told = { readonly value: Value } | { readonly error: string };

const places = new Map<string, Place>();
const idling: Connection[] = [];
const openingAtOnce = 20;

function placeOf(name: string): Place {
  const place = places.get(name);
  if (!place) throw new Error(`there is no server ${name}`);
  return place;
}

function rowOf(name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) throw new Error(`there is no row ${name}`);
  return row;
}

/** What went wrong, `ready`, or `absent` where the server has not what the row needs. */
async function prepare(place: Place, row: Row): Promise<string> {
  try {
    if (row.needs !== undefined && !(await place.can(row.needs))) return 'absent';
    await row.prepare?.(place);
    return 'ready';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function answer(ask: Ask): Promise<Value> {
  switch (ask.what) {
    case 'target': {
      const place = places.get(ask.target.name);
      if (place) place.target = ask.target;
      else places.set(ask.target.name, new Place(ask.target));
      return null;
    }
    case 'prepare': {
      const row = rowOf(ask.row);
      return Promise.all(ask.servers.map((name) => prepare(placeOf(name), row)));
    }
    case 'round':
      return rowOf(ask.row).round(placeOf(ask.server), ask.ms);
    case 'idle':
      await idle(placeOf(ask.server), ask.idle);
      return null;
    case 'leave':
      for (const connection of idling.splice(0)) connection.destroy();
      await placeOf(ask.server).close();
      return null;
  }
}

async function idle(place: Place, { count, tls, names }: Idle): Promise<void> {
  await fillCrowd(place, crowd.length);
  let started = 0;
  const open = async () => {
    while (started < count) {
      const user = names[started++ % names.length] ?? '';
      const connection = await Connection.open(tls ? place.target.tls : place.target.plain);
      idling.push(connection);
      await connection.command(login(user));
      await connection.command('SELECT INBOX');
      const going = connection.hear('\n+ ');
      connection.write('idle IDLE\r\n');
      await going;
    }
  };
  await Promise.all(Array.from({ length: openingAtOnce }, open));
}

process.on('message', async (ask: Ask) => {
  const tell = (told: Told) => process.send?.(told);
  try {
    tell({ value: await answer(ask) });
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
