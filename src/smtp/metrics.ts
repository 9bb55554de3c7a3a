import type { CounterHandle, HistogramHandle, Metrics } from '../observability/index.ts';

/** Counted by door; outcomes are closed sets. */
export interface SmtpCounters {
  sessions(door: string): CounterHandle;
  messages(door: string, outcome: 'accepted' | 'refused' | 'deferred'): CounterHandle;
  recipients(door: string, outcome: 'accepted' | 'refused' | 'deferred'): CounterHandle;
  signIns(outcome: 'ok' | 'failed'): CounterHandle;
  messageBytes(door: string): HistogramHandle;
}

export function smtpCounters(metrics: Metrics): SmtpCounters {
  const sessions = metrics.counter({
    name: 'myco_smtp_sessions_total',
    help: 'Sessions opened',
    kind: 'counter',
    labels: ['door'],
  });
  const messages = metrics.counter({
    name: 'myco_smtp_messages_total',
    help: 'Messages that reached their end, by what we answered',
    kind: 'counter',
    labels: ['door', 'outcome'],
  });
  const recipients = metrics.counter({
    name: 'myco_smtp_recipients_total',
    help: 'RCPT commands, by what we answered',
    kind: 'counter',
    labels: ['door', 'outcome'],
  });
  const signIns = metrics.counter({
    name: 'myco_smtp_sign_ins_total',
    help: 'AUTH exchanges that reached a verdict',
    kind: 'counter',
    labels: ['outcome'],
  });
  const messageBytes = metrics.histogram({
    name: 'myco_smtp_message_bytes',
    help: 'Sizes of accepted messages',
    kind: 'histogram',
    labels: ['door'],
    buckets: [1_024, 10_240, 102_400, 1_048_576, 10_485_760, 104_857_600],
  });
  return {
    sessions: (door) => sessions.with({ door }),
    messages: (door, outcome) => messages.with({ door, outcome }),
    recipients: (door, outcome) => recipients.with({ door, outcome }),
    signIns: (outcome) => signIns.with({ outcome }),
    messageBytes: (door) => messageBytes.with({ door }),
  };
}
