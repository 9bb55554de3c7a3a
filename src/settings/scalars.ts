import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { FormatError, formatDuration, formatSize, parseDuration, parseSize } from '../base/index.ts';
import { canonicalDomain, canonicalIPv6, isIPv4, parseCidr } from './hosts.ts';
import { show } from './problems.ts';

export interface ScalarOptions {
  /** The value may hold a password: it is never repeated in an error. */
  readonly secret?: boolean;
}

/**
 * A value written as one word in YAML. `form` says what is expected ("a size such as 50MiB"); `read` gives the value
 * or throws FormatError with a sentence that names what was wrong.
 */
export function scalar<T>(form: string, read: (text: string) => T, options: ScalarOptions = {}) {
  const found = (input: unknown): string => {
    const hidden = options.secret === true && typeof input === 'string';
    return `expected ${form}, found ${hidden ? 'something else' : show(input)}`;
  };
  return z
    .string({ error: (issue) => found(issue.input) })
    .transform((text, context): T => {
      try {
        return read(text);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        context.issues.push({ code: 'custom', message: error.message || found(text), input: text });
        return z.NEVER;
      }
    })
    .meta({ form });
}

/** Text of 1 to `charactersMax` characters without control characters. */
export function text(charactersMax: number) {
  return scalar(`text of at most ${charactersMax} characters`, (value) => {
    if (value.length === 0 || value.length > charactersMax || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
      throw new FormatError('');
    return value;
  });
}

/** `50MiB` -> bytes. */
export function size(bounds: { readonly min?: string; readonly max?: string } = {}) {
  const min = bounds.min === undefined ? 0 : parseSize(bounds.min);
  const max = bounds.max === undefined ? Number.MAX_SAFE_INTEGER : parseSize(bounds.max);
  return scalar(`a size such as 50MiB${between(bounds.min, bounds.max)}`, (value) => {
    const bytes = parseSize(value);
    if (bytes < min) throw new FormatError(`expected at least ${formatSize(min)}, found ${show(value)}`);
    if (bytes > max) throw new FormatError(`expected at most ${formatSize(max)}, found ${show(value)}`);
    return bytes;
  });
}

/** `30s` -> milliseconds. */
export function duration(bounds: { readonly min?: string; readonly max?: string } = {}) {
  const min = bounds.min === undefined ? 0 : parseDuration(bounds.min);
  const max = bounds.max === undefined ? Number.MAX_SAFE_INTEGER : parseDuration(bounds.max);
  return scalar(`a duration such as 30s or 5m${between(bounds.min, bounds.max)}`, (value) => {
    const ms = parseDuration(value);
    if (ms < min) throw new FormatError(`expected at least ${formatDuration(min)}, found ${show(value)}`);
    if (ms > max) throw new FormatError(`expected at most ${formatDuration(max)}, found ${show(value)}`);
    return ms;
  });
}

function between(min: string | undefined, max: string | undefined): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return `, at least ${min}`;
  return min === undefined ? `, at most ${max}` : `, from ${min} to ${max}`;
}

/** A whole number within bounds, both included. */
export function whole(min: number, max: number) {
  const form = `a whole number from ${min} to ${max}`;
  const error = (issue: { readonly input?: unknown }): string =>
    `expected ${form}, found ${show(issue.input)}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ form });
}

/** 0 lets the system choose; the ready line then names the port. */
export function port() {
  return whole(0, 65_535);
}

/** An address or a name to bind or to connect to; IPv6 without brackets. */
export function host() {
  return scalar('an address or a host name', (value) => {
    const canonical = isIPv4(value) ? value : (canonicalIPv6(value) ?? canonicalDomain(value));
    if (canonical === undefined) throw new FormatError('');
    return canonical;
  });
}

/** A domain name; other scripts come out in their ASCII form. */
export function domainName() {
  return scalar('a domain name such as example.org', (value) => {
    const canonical = canonicalDomain(value);
    if (canonical === undefined) throw new FormatError('');
    return canonical;
  });
}

/** A path; a relative one is relative to `folder`. Comes out absolute. */
export function path(folder: string) {
  return scalar('a path', (value) => {
    if (value.trim() === '' || value.includes('\0')) throw new FormatError('');
    return isAbsolute(value) ? value : resolve(folder, value);
  });
}

export function cidr() {
  return scalar('addresses such as 10.0.0.0/8 or fd00::/8', parseCidr);
}

/** A URL of one of `schemes` (without colon) with a host. It may hold a password, so errors never repeat it. */
export function url(schemes: readonly string[], options: { readonly hostless?: boolean } = {}) {
  const form = `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return scalar(form, (value) => readUrl(value, schemes, form, options.hostless === true), { secret: true });
}

export function readUrl(value: string, schemes: readonly string[], form: string, hostless = false): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) {
    throw new FormatError(
      `expected ${form}, found ${scheme === undefined ? 'something else' : `${scheme}://`}`,
    );
  }
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(value)) {
    throw new FormatError(`expected ${form}, found one that is malformed`);
  }
  const parsed = new URL(value);
  if (parsed.hostname === '' && !hostless)
    throw new FormatError(`expected ${form}, found one without a host`);
  return parsed;
}
