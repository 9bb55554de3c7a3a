import type { XmppWorld } from '../../src/testing/xmpp/index.ts';

/** Another XMPP server on this machine, on 127.0.0.1; transcripts are played on it as on ours. */
export interface ChatNeighbour extends XmppWorld {
  readonly name: string;
  readonly ports: Readonly<Record<'tcp' | 'server' | 'websocket', number>>;
  /** For other servers with TLS from the first byte; left out where it has none. */
  readonly serverTlsPort?: number;
  /** Of the process, for what it costs. */
  readonly pid: number;
  /** What it wrote into its log. */
  logged(): string;
}

export interface ChatNeighbourOptions {
  readonly domain?: string;
  /** Served beside `domain`. */
  readonly otherDomains?: readonly string[];
  /** `host:port` whom it asks for the names of other servers; none: it federates with nobody. */
  readonly nameServer?: string;
  /** Paths of PEM files; none: it speaks without TLS, and is believed by dialback. */
  readonly certificate?: { readonly chain: string; readonly key: string };
  /** Path of the PEM of an authority: who shows a certificate that it signed is believed, and nobody else. */
  readonly authority?: string;
  readonly logLevel?: 'debug' | 'info';
}

/** How accounts are made, each with a password of its own. */
export function accountsOf(
  register: (local: string, domain: string, password: string) => Promise<void>,
): XmppWorld['addMember'] {
  return async (local, domain) => {
    const password = `${local} has a password`;
    await register(local, domain, password);
    return password;
  };
}
