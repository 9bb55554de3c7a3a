import { holdSecondsMax } from '../limits.ts';
import type { Session } from '../session/session.ts';
import type { Extension, MailOptions } from '../session/types.ts';
import { type Reply, reply } from '../wire/reply.ts';

const twice = reply(501, '5.5.4', 'HOLDFOR and HOLDUNTIL are not given together');
const tooLong = reply(501, '5.5.4', `A message is held for at most ${holdSecondsMax} seconds`);

/** RFC 3339 §5.6, in UTC or with an offset; an errata of RFC 4865 says that this is meant. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/** A message is accepted now and goes on its way later. */
export const futureRelease: Extension = {
  keyword: 'FUTURERELEASE',
  rfc: 4865,
  title: 'Submission Service Extension for Future Message Release',
  // RFC 4865 §3: the longest time, and when that would be.
  ehlo: (session) => `FUTURERELEASE ${holdSecondsMax} ${latest(session)}`,
  mailParameters: {
    HOLDFOR: {
      lineBytes: 17,
      read(value, options, session) {
        if (value === null || !/^[1-9]\d{0,8}$/.test(value)) {
          return reply(501, '5.5.4', 'HOLDFOR takes a number of seconds');
        }
        return hold(options, session, session.services.clock.nowMs() + Number(value) * 1_000);
      },
    },
    HOLDUNTIL: {
      lineBytes: 34,
      read(value, options, session) {
        const until = value !== null && dateTime.test(value) ? Date.parse(value) : Number.NaN;
        if (Number.isNaN(until))
          return reply(501, '5.5.4', 'HOLDUNTIL takes a time such as 2030-01-31T08:00:00Z');
        return hold(options, session, until);
      },
    },
  },
};

function hold(options: MailOptions, { services }: Session, untilMs: number): Reply | null {
  if (options.notBeforeMs !== null) return twice;
  if (untilMs > services.clock.nowMs() + holdSecondsMax * 1_000) return tooLong;
  options.notBeforeMs = untilMs;
  return null;
}

function latest({ services }: Session): string {
  const ms = services.clock.nowMs() + holdSecondsMax * 1_000;
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
