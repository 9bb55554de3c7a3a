import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { parseNameServer } from '../hosts.ts';
import { readUrl, scalar, whole } from '../scalars.ts';
import { mailChecksSlice } from './mail-checks.ts';
import { mailGuardsSlice } from './mail-guards.ts';
import { mtaStsSlice } from './mail-mta-sts.ts';
import { mailQueueSlice } from './mail-queue.ts';
import { mailReportsSlice } from './mail-reports.ts';

/** A server that takes all outbound mail. `implicitTls`: smtps. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

const relayForm = 'an address such as smtp://host:25 or smtps://user:password@host';

function readRelay(value: string): Relay {
  const url = readUrl(value, ['smtp', 'smtps'], relayForm);
  if (url.pathname.length > 1 || url.search !== '' || url.hash !== '') {
    throw new FormatError(`expected ${relayForm}, found more after the host`);
  }
  const implicitTls = url.protocol === 'smtps:';
  if ((url.username === '') !== (url.password === '')) {
    throw new FormatError(`expected ${relayForm}, found a user without a password or the reverse`);
  }
  let credentials: Relay['credentials'];
  try {
    const user = decodeURIComponent(url.username);
    if (user !== '') credentials = { user, password: decodeURIComponent(url.password) };
  } catch {
    throw new FormatError(`expected ${relayForm}, found a % that encodes nothing in its user or password`);
  }
  const usualPort = implicitTls ? 465 : 587;
  const port = url.port === '' ? usualPort : Number(url.port);
  if (port === 0) throw new FormatError(`expected ${relayForm}, found port 0`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, implicitTls, credentials };
}

const nameServer = () => scalar('a name server such as 127.0.0.1:5353 or [::1]:53', parseNameServer);

export const mailSlice = z
  .strictObject({
    relay: scalar(relayForm, readRelay, { secret: true }).nullable().prefault(null).meta({
      description:
        'Send all outbound mail through this server; null sends to the MX hosts themselves. Ports left out are 587 (smtp) and 465 (smtps).',
      reload: 'live',
    }),
    port: whole(1, 65_535).prefault(25).meta({
      description: 'The port of remote MX hosts; another one is for tests.',
      reload: 'live',
    }),
    resolver: z
      .union([z.literal('system'), z.array(nameServer()).min(1).max(10)], {
        error: 'expected system or a list such as [127.0.0.1:5353]',
      })
      .prefault('system')
      .meta({
        description:
          'Who answers DNS questions: system, or a list of name servers. A list is for tests and private networks: its servers are believed where they vouch for an answer (DNSSEC), and mail may go to private addresses.',
        form: 'system or a list such as [127.0.0.1:5353]',
        reload: 'restart',
      }),
    guards: mailGuardsSlice,
    queue: mailQueueSlice,
    mtaSts: mtaStsSlice,
    checks: mailChecksSlice,
    reports: mailReportsSlice,
  })
  .prefault({})
  .meta({ description: 'Mail from and to other servers.' });
