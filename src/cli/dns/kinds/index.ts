/** cli/dns/kinds: one kind of record a file; the list below is the order in which they are shown and checked. */
import type { RecordKind } from '../types.ts';
import { address } from './address.ts';
import { bimi } from './bimi.ts';
import { caa } from './caa.ts';
import { dane } from './dane.ts';
import { discovery } from './discovery.ts';
import { dkim } from './dkim.ts';
import { dmarc } from './dmarc.ts';
import { mtaSts } from './mta-sts.ts';
import { mx } from './mx.ts';
import { reverse } from './reverse.ts';
import { heloSpf, spf } from './spf.ts';
import { srv } from './srv.ts';
import { tlsReporting } from './tls-reporting.ts';

/** What mail cannot do without comes first. */
export const recordKinds: readonly RecordKind[] = [
  address,
  reverse,
  heloSpf,
  dane,
  caa,
  mx,
  spf,
  dkim,
  dmarc,
  mtaSts,
  tlsReporting,
  discovery,
  srv,
  bimi,
];
