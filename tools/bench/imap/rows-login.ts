import { Connection } from './connection.ts';
import { login, type Place, rate } from './place.ts';
import { crowd, type Row } from './row.ts';

const loopsAtOnce = 4;

function logins(name: string, tls: boolean, userOf: (loop: number) => string): Row {
  const once = async (place: Place, loop: number) => {
    const connection = await Connection.open(tls ? place.target.tls : place.target.plain);
    await connection.command(login(userOf(loop)));
    await connection.logout();
  };
  return {
    name,
    unit: '/s',
    round: (place, ms) => rate(ms, loopsAtOnce, (loop) => once(place, loop)),
  };
}

const someone = (loop: number) => crowd[loop] ?? 'm0';

/** A new connection, LOGIN, LOGOUT; four at once. */
export const loginRows: readonly Row[] = [
  logins('LOGIN', false, someone),
  logins('LOGIN, TLS', true, someone),
  logins('LOGIN, dovecot keeping passwords in the clear', false, () => 'clear'),
];
