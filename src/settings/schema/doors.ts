/**
 * The doors of CONTRACT.md: the port on loopback here, the one of a public server, and what is spoken. `closed`: open
 * only where the configuration names it.
 */
export const doors = {
  smtp: { port: 2525, publicPort: 25, description: 'SMTP from other servers (MX), STARTTLS' },
  submission: { port: 2587, publicPort: 587, description: 'Mail that members send, STARTTLS before AUTH' },
  submissions: {
    port: 2465,
    publicPort: 465,
    description: 'Mail that members send, TLS from the first byte',
  },
  lmtp: {
    port: 2424,
    publicPort: 24,
    description: 'LMTP from a mail server before this one; never open it to strangers',
    closed: true,
  },
  imap: { port: 2143, publicPort: 143, description: 'IMAP, STARTTLS before LOGIN' },
  imaps: { port: 2993, publicPort: 993, description: 'IMAP, TLS from the first byte' },
  managesieve: { port: 2419, publicPort: 4190, description: 'ManageSieve, STARTTLS' },
  http: { port: 2080, publicPort: 80, description: 'Redirects to https, ACME answers, health on loopback' },
  https: { port: 2443, publicPort: 443, description: 'Portal, API, DAV, WebSocket' },
  xmpp: { port: 2522, publicPort: 5222, description: 'XMPP clients, STARTTLS' },
  xmpps: { port: 2523, publicPort: 5223, description: 'XMPP clients, TLS from the first byte' },
  'xmpp-server': { port: 2569, publicPort: 5269, description: 'XMPP from other servers, STARTTLS' },
  'xmpps-server': {
    port: 2570,
    publicPort: 5270,
    description: 'XMPP from other servers, TLS from the first byte',
    closed: true,
  },
} as const;

export type Door = keyof typeof doors;

export const doorNames = Object.keys(doors) as Door[];
