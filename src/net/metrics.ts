export const connectionsOpen = {
  name: 'myco_net_connections',
  help: 'Connections that are open',
  kind: 'gauge',
  labels: ['listener'],
} as const;

export const connectionsAccepted = {
  name: 'myco_net_accepted_total',
  help: 'Connections handed to a protocol',
  kind: 'counter',
  labels: ['listener'],
} as const;

export const connectionsRefused = {
  name: 'myco_net_refused_total',
  help: 'Connections refused by a limit',
  kind: 'counter',
  labels: ['listener', 'reason'],
} as const;

export const connectionsClosed = {
  name: 'myco_net_closed_total',
  help: 'Connections that ended, by reason; reasons of a protocol count as protocol',
  kind: 'counter',
  labels: ['listener', 'reason'],
} as const;

export const handshakes = {
  name: 'myco_net_tls_handshakes_total',
  help: 'TLS handshakes by outcome',
  kind: 'counter',
  labels: ['listener', 'outcome'],
} as const;

export const acceptPauses = {
  name: 'myco_net_accept_pauses_total',
  help: 'Times accepting was paused because descriptors ran out',
  kind: 'counter',
  labels: ['listener'],
} as const;

export const netMetrics = [
  connectionsOpen,
  connectionsAccepted,
  connectionsRefused,
  connectionsClosed,
  handshakes,
  acceptPauses,
] as const;
