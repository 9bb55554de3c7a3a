import { expect, test } from 'vitest';
import { headerFields } from '../../formats/mime/index.ts';
import type { MailOptions } from '../session/types.ts';
import { readTlsRequired } from './require-tls.ts';

const cases: readonly [string, MailOptions['tls'], MailOptions['tls']][] = [
  ['TLS-Required: No\r\n', null, 'optional'],
  ['tls-required:\r\n no\r\n', null, 'optional'],
  ['TLS-Required: No\r\n', 'required', 'required'],
  ['TLS-Required: Yes\r\n', null, null],
  ['TLS-Required:\r\n', null, null],
  ['TLS-Required: No\r\nTLS-Required: No\r\n', null, null],
  ['Subject: TLS-Required: No\r\n', null, null],
];

test.each(cases)('%j after %s: %s (RFC 8689 §3)', (header, before, after) => {
  const options: MailOptions = {
    size: null,
    body: null,
    utf8: false,
    ret: null,
    envid: null,
    tls: before,
    notBeforeMs: null,
  };
  readTlsRequired(headerFields(Buffer.from(`${header}\r\n`)), options);
  expect(options.tls).toBe(after);
});
