import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../../accounts/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { followMsMax, followPollMs, followRowsMax, receiptMsMax } from '../limits.ts';
import type { OwnDoors } from './doors.ts';
import { Inboxes } from './mailbox.ts';
import type { Finding, Steps } from './steps.ts';
import { submit } from './submit.ts';
import { testMail } from './test-mail.ts';

/** A member's message to an address elsewhere, followed until it is sent or put off. */
export async function testOutside(
  rooms: Rooms,
  doors: OwnDoors,
  steps: Steps,
  member: Member,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const mail = testMail(member.address, to, rooms.clock.nowMs());
  const inboxes = await Inboxes.watch(rooms.mail, member.id);
  const before = await waiting(rooms, member, to);
  // RFC 3461: what becomes of it comes back under this name.
  const parameters = [` RET=HDRS ENVID=${mail.token}`, ' NOTIFY=SUCCESS,FAILURE,DELAY'] as const;
  try {
    await submit(rooms, doors, steps, mail, { member, to, parameters });
    await steps.run('outbox', async () => ({
      value: null,
      found: await follow(
        rooms,
        inboxes,
        { member, to, token: mail.token, before: new Set(before.map(({ id }) => id)) },
        signal,
      ),
    }));
  } finally {
    await inboxes.remove(await inboxes.holding(mail.token));
  }
}

interface Followed {
  readonly member: Member;
  readonly to: string;
  readonly token: string;
  /** Messages of before the test. */
  readonly before: ReadonlySet<number>;
}

/** Rows of this member for this address. */
async function waiting(rooms: Rooms, member: Member, to: string) {
  const rows = await rooms.outbox.list({ sender: member.address }, { max: followRowsMax });
  return rows
    .filter(({ recipient }) => recipient.address === to)
    .map(({ message, recipient }) => ({ id: message.id, recipient }));
}

async function follow(
  rooms: Rooms,
  inboxes: Inboxes,
  followed: Followed,
  signal: AbortSignal,
): Promise<Finding> {
  const { clock } = rooms;
  const from = clock.monotonicMs();
  let gone: number | null = null;
  let last = 'not tried yet';
  while (clock.monotonicMs() - from < followMsMax) {
    const [notice] = await inboxes.holding(`Original-Envelope-Id: ${followed.token}`);
    if (notice) return noticed(notice.bytes.toString('latin1'));
    const row = (await waiting(rooms, followed.member, followed.to)).find(
      ({ id }) => !followed.before.has(id),
    );
    if (row) {
      const { state, last: answer, next } = row.recipient;
      if (state === 'held') return { state: 'warning', said: 'held: see myco queue' };
      if (answer) {
        last =
          `${answer.host || 'this server'}: ${answer.code || ''} ${answer.status} ${answer.text}`.replace(
            / +/g,
            ' ',
          );
        const wait = Math.max(0, Math.round((next - clock.nowMs()) / 1000));
        return { state: 'warning', said: `put off, tried again in ${wait} s: ${last}` };
      }
    } else {
      gone ??= clock.monotonicMs();
      // RFC 3461 §5.2.1: who offers DSN sends the receipt itself, later.
      if (clock.monotonicMs() - gone > receiptMsMax) return 'sent; the other server takes care of receipts';
    }
    await pause(followPollMs, undefined, { signal });
  }
  return { state: 'warning', said: `still waiting: ${last}; see myco queue` };
}

/** What a notice says of the one recipient (RFC 3464 §2.3). */
function noticed(text: string): Finding {
  const field = (name: string) =>
    new RegExp(`^${name}:((?:[^\\r\\n]|\\r\\n[ \\t])*)`, 'im').exec(text)?.[1]?.replace(/\s+/g, ' ').trim() ??
    '';
  const action = field('Action');
  const host = field('Remote-MTA').replace(/^dns; */i, '');
  const answer = field('Diagnostic-Code').replace(/^smtp; */i, '') || field('Status');
  const said = `${action}${host && ` by ${host}`}: ${answer}`;
  if (action === 'failed') throw new Error(said);
  return action === 'delayed' ? { state: 'warning', said } : said;
}
