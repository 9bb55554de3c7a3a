import type { CounterHandle, GaugeHandle, Metrics } from '../observability/index.ts';

const stanzas = {
  name: 'myco_xmpp_stanzas_total',
  help: 'Stanzas taken from clients.',
  kind: 'counter',
  labels: ['kind'],
} as const;
const sessions = {
  name: 'myco_xmpp_sessions',
  help: 'Bound resources, those that wait to be resumed among them.',
  kind: 'gauge',
  labels: [],
} as const;
const streams = {
  name: 'myco_xmpp_streams',
  help: 'Streams of clients open now.',
  kind: 'gauge',
  labels: ['transport'],
} as const;
const logins = {
  name: 'myco_xmpp_logins_total',
  help: 'Attempts to sign in.',
  kind: 'counter',
  labels: ['mechanism', 'outcome'],
} as const;

const reports = {
  name: 'myco_xmpp_reports_total',
  help: 'Reports of spam and abuse, and whether somebody was told.',
  kind: 'counter',
  labels: ['kind', 'outcome'],
} as const;

/** Handles are taken once; counting is an addition. */
export interface ChatMeters {
  readonly stanza: Readonly<Record<'message' | 'presence' | 'iq', CounterHandle>>;
  readonly sessions: GaugeHandle;
  readonly streams: Readonly<Record<'tcp' | 'websocket', GaugeHandle>>;
  login(mechanism: string, outcome: 'accepted' | 'refused'): void;
  report(kind: 'spam' | 'abuse' | 'other', outcome: 'heard' | 'dropped'): void;
}

export function createMeters(metrics: Metrics): ChatMeters {
  const stanza = metrics.counter(stanzas);
  const stream = metrics.gauge(streams);
  const login = metrics.counter(logins);
  const report = metrics.counter(reports);
  return {
    stanza: {
      message: stanza.with({ kind: 'message' }),
      presence: stanza.with({ kind: 'presence' }),
      iq: stanza.with({ kind: 'iq' }),
    },
    sessions: metrics.gauge(sessions).with({}),
    streams: { tcp: stream.with({ transport: 'tcp' }), websocket: stream.with({ transport: 'websocket' }) },
    login: (mechanism, outcome) => login.with({ mechanism, outcome }).inc(),
    report: (kind, outcome) => report.with({ kind, outcome }).inc(),
  };
}
