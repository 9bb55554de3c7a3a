import pino from 'pino';
import pretty from 'pino-pretty';
import { type Clock, systemClock } from '../base/index.ts';
import { type Fields, safeFields } from './fields.ts';
import { logBufferBytesMax } from './limits.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Log {
  /** `event` is a constant of the code (`'tls handshake failed'`), never built from input. */
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** A log that adds these fields to every line; they are made safe once. */
  child(fields: Fields): Log;
}

export interface RootLog extends Log {
  /** Changes the level of this log and of every child at once (a reload of the settings). */
  setLevel(level: LogLevel): void;
  /** Writes what waits; call it before the process exits. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `auto` is pretty on a terminal and JSON lines elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where lines go instead of standard error; each call is one or more whole lines. */
  readonly write?: (lines: string) => void;
  readonly clock?: Clock;
}

/** Log lines to standard error. Never throws, never blocks the process on a slow reader. */
export function createLog(options: LogOptions): RootLog {
  const clock = options.clock ?? systemClock;
  const shared: Shared = { rank: rankOf(options.level) };
  const { stream, flush } = openStream(options);
  const logger = pino(
    {
      level: 'debug',
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return Object.assign(logOver(logger, shared), {
    setLevel: (level: LogLevel) => {
      shared.rank = rankOf(level);
    },
    flush,
  });
}

/** A log that says nothing: for tests and tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

interface Shared {
  rank: number;
}

function rankOf(level: LogLevel): number {
  return logLevels.indexOf(level);
}

function logOver(logger: pino.Logger, shared: Shared): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => {
    const rank = rankOf(level);
    return (event: string, fields?: Fields) => {
      if (rank < shared.rank) return;
      if (fields === undefined) logger[level](event);
      else logger[level](safeFields(fields), event);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logOver(logger.child(safeFields(fields)), shared),
  };
}

function openStream(options: LogOptions): { stream: pino.DestinationStream; flush: () => void } {
  const terminal = options.write === undefined && process.stderr.isTTY === true;
  const prettily = options.format === 'pretty' || (options.format === 'auto' && terminal);
  const { write } = options;
  const sink = write === undefined ? standardError(prettily) : { stream: { write }, flush: () => undefined };
  if (!prettily) return sink;
  const format = pretty.prettyFactory({
    colorize: terminal,
    messageKey: 'event',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { stream: { write: (line: string) => sink.stream.write(format(line)) }, flush: sink.flush };
}

// A terminal is written at once; a pipe or file through a bounded buffer, so its reader cannot stall the process.
function standardError(sync: boolean): { stream: pino.DestinationStream; flush: () => void } {
  const stream = pino.destination({ dest: 2, sync, maxLength: logBufferBytesMax });
  stream.on('error', () => undefined);
  const flush = () => {
    try {
      stream.flushSync();
    } catch {
      // Standard error is gone or full: there is nobody left to tell.
    }
  };
  return { stream, flush };
}
