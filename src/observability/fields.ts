import { StoreError } from '../base/index.ts';
import { errorCausesMax, errorFramesMax, errorMessageCharsMax, fieldCharsMax } from './limits.ts';

/**
 * The names a log line may carry. The list is closed: a name that is not here is masked whatever its value, so a
 * field nobody thought about can never leak content. To add one, ask first what a stranger learns from its value.
 */
export const fieldNames = [
  'account',
  'action',
  'active',
  'addresses',
  'alpn',
  'arc',
  'area',
  'attempt',
  'attempts',
  'backend',
  'batch',
  'blob',
  'bytes',
  'bytesIn',
  'bytesOut',
  'capability',
  'check',
  'cipher',
  'class',
  'code',
  'command',
  'component',
  'connection',
  'count',
  'cursor',
  'database',
  'delayMs',
  'device',
  'dkim',
  'directory',
  'dmarc',
  'domain',
  'door',
  'durationMs',
  'engine',
  'error',
  'exitCode',
  'expected',
  'expiresAt',
  'failed',
  'file',
  'fingerprint',
  'format',
  'found',
  'graceMs',
  'hash',
  'host',
  'hostname',
  'id',
  'incident',
  'job',
  'kind',
  'limit',
  'line',
  'listener',
  'listeners',
  'loopP99Ms',
  'mailbox',
  'maximum',
  'mechanism',
  'messages',
  'method',
  'migration',
  'mode',
  'modseq',
  'name',
  'node',
  'operation',
  'outcome',
  'part',
  'pid',
  'port',
  'process',
  'protocol',
  'questions',
  'queue',
  'reason',
  'recipients',
  'released',
  'remote',
  'remotePort',
  'removed',
  'request',
  'result',
  'retryMs',
  'rows',
  'schema',
  'segment',
  'session',
  'signal',
  'size',
  'sni',
  'spf',
  'state',
  'status',
  'step',
  'store',
  'table',
  'task',
  'thread',
  'tls',
  'total',
  'uid',
  'uidValidity',
  'url',
  'version',
  'waiting',
  'waitMs',
  'worker',
] as const;

export type FieldName = Exclude<(typeof fieldNames)[number], 'error'>;
export type FieldValue = string | number | bigint | boolean | null | undefined;

/** What a log line may say beside its event. `error` takes anything that was thrown. */
export type Fields = Readonly<Partial<Record<FieldName, FieldValue>> & { error?: unknown }>;

export const masked = '[masked]';
const allowed: ReadonlySet<string> = new Set(fieldNames);
// Identified by number; as texts they would be a member's own words or address.
const numbersOnly: ReadonlySet<string> = new Set(['account', 'mailbox', 'recipients']);

/** The fields as they may be written: unknown names masked, texts bounded, objects never expanded. */
export function safeFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const open = allowed.has(name) && !(numbersOnly.has(name) && typeof value === 'string');
    if (!open) safe[safeName(name)] = masked;
    else if (name === 'error') safe[name] = describeError(value);
    else safe[name] = safeValue(value);
  }
  return safe;
}

// A computed name could itself be content (a header line, an address).
function safeName(name: string): string {
  return /^[A-Za-z][A-Za-z0-9]{0,31}$/.test(name) ? name : masked;
}

function safeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return withoutUserinfo(cut(value, fieldCharsMax));
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    default:
      return value === null ? null : masked;
  }
}

// What an operator's settings hold: postgres://user:password@host, s3://bucket?secret=…
function withoutUserinfo(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(/:\/\/[^/?#\s]*@/g, `://${masked}@`).replace(/[?#].*$/s, '?…');
}

export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly reason?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorDescription;
}

/**
 * An error without what it may quote. Parsers and drivers put their input between quotes or on the lines after the
 * first (bound values of a query), so only the first line is kept and quoted parts are dropped; frames are kept,
 * they name code only. System errors (those with a syscall) quote nothing of a member's and stay whole.
 */
export function describeError(thrown: unknown, depth = 0): ErrorDescription {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: masked };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const system = 'syscall' in thrown && typeof thrown.syscall === 'string';
  const firstLine = thrown.message.split(/[\r\n]/, 1)[0] ?? '';
  const message = cut(system ? firstLine : withoutQuotes(firstLine), errorMessageCharsMax);
  const frames = framesOf(thrown);
  return {
    name: cut(thrown.name, 64),
    message: withoutUserinfo(message),
    ...(code === undefined ? {} : { code: cut(code, 64) }),
    ...(thrown instanceof StoreError ? { reason: thrown.reason } : {}),
    ...(frames.length > 0 ? { frames } : {}),
    ...(thrown.cause instanceof Error && depth < errorCausesMax
      ? { cause: describeError(thrown.cause, depth + 1) }
      : {}),
  };
}

// From the first quote to the last of its kind: content may hold quotes of its own.
function withoutQuotes(text: string): string {
  let rest = text;
  for (const quote of ['"', '`', "'", '<']) {
    const first = quote === "'" ? rest.search(/(?<![A-Za-z])'/) : rest.indexOf(quote);
    if (first < 0) continue;
    const last = rest.lastIndexOf(quote === '<' ? '>' : quote);
    rest = `${rest.slice(0, first)}…${last > first ? rest.slice(last + 1) : ''}`;
  }
  return rest;
}

function framesOf(error: Error): string[] {
  if (error.stack === undefined) return [];
  // The message stands on top of the stack and could imitate a frame.
  const top = error.stack.indexOf(error.message);
  const below = error.stack.slice(Math.max(top, 0) + error.message.length);
  const frames = below.split('\n').filter((line) => /^ {4}at (?:.*\()?[^()]*:\d+:\d+\)?$/.test(line));
  return frames.slice(0, errorFramesMax).map((line) => cut(line.trim().slice(3), 200));
}

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}
