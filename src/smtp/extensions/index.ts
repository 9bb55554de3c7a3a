/**
 * smtp/extensions: a service extension is a value with its EHLO line, its parameters of MAIL and RCPT and its commands.
 * The lists below are what each door offers; adding one is a file, a line here and a transcript.
 */
import type { Extension } from '../session/types.ts';
import { auth } from './auth.ts';
import { binaryMime } from './binary-mime.ts';
import { chunking } from './chunking.ts';
import { dsn } from './dsn.ts';
import { eightBitMime } from './eight-bit-mime.ts';
import { enhancedStatusCodes } from './enhanced-status-codes.ts';
import { futureRelease } from './future-release.ts';
import { limits } from './limits.ts';
import { pipelining } from './pipelining.ts';
import { requireTls } from './require-tls.ts';
import { size } from './size.ts';
import { smtpUtf8 } from './smtputf8.ts';
import { startTls } from './start-tls.ts';

/** What every door offers. */
const common = [
  pipelining,
  size,
  eightBitMime,
  smtpUtf8,
  enhancedStatusCodes,
  dsn,
  chunking,
  binaryMime,
  limits,
];

/** EHLO lists them in this order. AUTH is not on the MX door: nobody signs in where strangers come. */
export const inboundExtensions: readonly Extension[] = [...common, startTls, requireTls];
export const submissionExtensions: readonly Extension[] = [
  ...common,
  futureRelease,
  startTls,
  requireTls,
  auth,
];
/** LMTP is spoken between neighbours on one machine. */
export const lmtpExtensions: readonly Extension[] = common;

/** Every extension there is, for the coverage table. */
export const extensions: readonly Extension[] = [...common, futureRelease, startTls, requireTls, auth];
