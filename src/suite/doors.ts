import { join } from 'node:path';
import { StoreError } from '../base/index.ts';
import { createImapServer } from '../imap/index.ts';
import {
  type Certificates,
  type Connection,
  certificateNamesMax,
  createCertificates,
  createNetwork,
  defaultNetLimits,
  type Listener,
  type ListenerOptions,
  listenHttp,
  type Network,
  type Resolver,
} from '../net/index.ts';
import type { WireTap } from '../observability/index.ts';
import { type Rooms, sharedName } from '../rooms/index.ts';
import {
  type Door,
  doorNames,
  type Listener as ListenerSettings,
  type MycoSettings,
} from '../settings/index.ts';
import { createSmtpServers, type SmtpOptions } from '../smtp/index.ts';
import { version } from '../version.ts';
import { createWeb } from '../web/index.ts';
import { openApiOf } from './api.ts';
import type { Authenticity } from './authenticity.ts';
import { type ChatDoors, chatProtocols, chatSocket, type OpenChat, type Protocol } from './chat-doors.ts';
import { openDirectory } from './contacts.ts';
import { openFiles } from './files.ts';
import { guardSettings } from './guards.ts';
import type { Observers } from './observers.ts';
import { shownInvitation } from './shown-invitation.ts';
import { openWire } from './wire.ts';

/** What the mail doors need beside the rooms. */
export interface MailParts {
  readonly parts: Authenticity['parts'] & Pick<SmtpOptions, 'invitations' | 'arrived'>;
}

export interface OpenDoor {
  readonly door: Door;
  readonly host: string;
  readonly port: number;
}

export interface Doors {
  readonly open: readonly OpenDoor[];
  /** Configured doors of protocols that this version does not speak yet. */
  readonly absent: readonly Door[];
  readonly certificates: Certificates;
  /** Looks at the certificate files now. */
  reloadCertificates(): Promise<void>;
  /** No new connections, sessions told, transactions finished, all within the grace. */
  close(graceMs: number): Promise<void>;
}

/** Time before the greeting of the MX door in which an honest server waits and a spam engine talks. */
const greetingDelayMs = 200;

/** A listener as it is configured, with what is its own: a certificate, a record. */
type Wanted = ListenerSettings & { readonly own: Pick<ListenerOptions, 'certificates' | 'tap'> };
type Opener = (door: Door, listener: Wanted) => Promise<Listener>;

/**
 * Below each domain: where other servers look for its policy (RFC 8461 §3.3), programs for its settings, and chat for its
 * rooms and its files (RFC 6120 §13.7.1.2: each under its own name).
 */
const namesBelow = ['mta-sts', 'autoconfig', 'autodiscover', 'rooms', 'upload'] as const;

function certificateSource(settings: MycoSettings) {
  if (settings.tls.mode === 'files') return settings.tls;
  const { domain, hostname, aliases } = settings.coop;
  const local = ['localhost', '127.0.0.1', '::1'];
  const main = [hostname, domain, ...aliases];
  // The main domain's first; what one certificate cannot hold is left out.
  const below = [domain, ...aliases].flatMap((each) => namesBelow.map((name) => `${name}.${each}`));
  const room = Math.max(0, certificateNamesMax - main.length - local.length);
  const hostnames = [...main, ...below.slice(0, room), ...local];
  return { mode: 'self-signed' as const, dir: join(settings.data, 'tls'), hostnames };
}

/** The protocols over the rooms; each knows nothing of the others. */
function servers(rooms: Rooms, resolver: Resolver, authenticity: MailParts, { log, metrics }: Observers) {
  const settings = rooms.settings.value;
  const { hostname, domain } = settings.coop;
  const common = { mail: rooms.mail, accounts: rooms.accounts.accounts, metrics, clock: rooms.clock };
  const smtp = createSmtpServers({
    ...common,
    outbox: rooms.outbox,
    resolver,
    senders: rooms.senders,
    ...authenticity.parts,
    settings: {
      hostname,
      domain,
      messageBytesMax: settings.limits.message,
      spoolFolder: settings.data,
      plaintext: settings.auth.plaintext,
      greetingDelayMs,
      guards: guardSettings(settings.mail.guards),
    },
    log: log.child({ protocol: 'smtp' }),
  });
  const imap = createImapServer({
    ...common,
    log: log.child({ protocol: 'imap' }),
    limits: { appendBytesMax: settings.limits.message },
    plaintextLogin: settings.auth.plaintext === 'allow',
    switches: () => rooms.settings.value.imap.without,
    about: { comment: settings.coop.name, admin: `mailto:postmaster@${settings.coop.domain}` },
    version,
  });
  return { smtp, imap };
}

interface Opening {
  readonly network: Network;
  readonly certificates: Certificates;
  readonly open: readonly OpenDoor[];
  readonly draining: () => boolean;
  readonly chat: ChatDoors | null;
}

/** What each protocol does with a door's connections. One line per door. */
function openers(
  rooms: Rooms,
  resolver: Resolver,
  authenticity: MailParts,
  observers: Observers,
  { network, certificates, open, draining, chat }: Opening,
) {
  const { log } = observers;
  const { smtp, imap } = servers(rooms, resolver, authenticity, observers);
  const { raw, appLogins } = openFiles(rooms, observers, draining);
  const web = createWeb({
    appLogins,
    chat: chat?.clients ?? null,
    notices: chat?.notices ?? null,
    invitation: shownInvitation(rooms),
    accounts: rooms.accounts,
    files: rooms.files,
    sharing: rooms.sharing,
    directory: openDirectory(rooms),
    sharedName,
    settings: rooms.settings,
    authority: () => certificates.authority,
    open: () => open,
    clock: rooms.clock,
    coop: rooms.coop,
    api: (sessionOf) => openApiOf(rooms, observers, open, sessionOf),
    health: observers.health,
    metrics: observers.metrics,
    log: log.child({ protocol: 'http' }),
  });
  const listen = (tls: 'none' | 'starttls' | 'implicit', protocol: Protocol): Opener => {
    return (door, { host, port, proxy, own }) =>
      network.listen({ name: door, host, port, tls, proxyProtocol: proxy, ...own, ...protocol });
  };
  const http = (tls: 'none' | 'implicit'): Opener => {
    const beside = chatSocket(chat, tls, rooms.settings.value, { log, raw });
    return (door, { host, port, proxy, own }) =>
      listenHttp(
        network,
        { name: door, host, port, tls, proxyProtocol: proxy, log, ...beside, ...own },
        web.handler(tls),
      );
  };
  const mail = { refusal: smtp.refusal, halfOpen: true };
  // Nobody signs in at the MX door; its sessions have limits of their own.
  const inbound = { ...mail, onConnection: smtp.handleInbound, unauthenticatedMsMax: 0 };
  const submission = { ...mail, onConnection: smtp.handleSubmission };
  const imapDoor = (startTls: boolean) => ({
    onConnection: (connection: Connection) => imap.handle(connection, { startTls }),
    refusal: () => '* BYE too many connections\r\n',
    halfOpen: true,
  });
  const table: Partial<Record<Door, Opener>> = {
    smtp: listen('starttls', inbound),
    submission: listen('starttls', submission),
    submissions: listen('implicit', submission),
    lmtp: listen('none', { ...mail, onConnection: smtp.handleLmtp, unauthenticatedMsMax: 0 }),
    imap: listen('starttls', imapDoor(true)),
    imaps: listen('implicit', imapDoor(false)),
    http: http('none'),
    https: http('implicit'),
  };
  for (const [door, { tls, protocol }] of Object.entries(chat === null ? {} : chatProtocols(chat)))
    table[door as Door] = listen(tls, protocol);
  return table;
}

/** Why an address cannot be bound, as the operator who wrote it reads it. */
const bindFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another process',
  EACCES: 'may not be opened by this user',
  EADDRNOTAVAIL: 'is no address of this machine',
};

function nameDoor(error: unknown, door: Door, { host, port }: ListenerSettings): unknown {
  const fault = error instanceof Error && 'code' in error ? bindFaults[String(error.code)] : undefined;
  if (fault === undefined) return error;
  return new StoreError('unavailable', `the door ${door} cannot be opened: ${host}:${port} ${fault}`);
}

function openNetwork(
  rooms: Rooms,
  { log, metrics }: Observers,
  certificates: Certificates,
  tap: WireTap | undefined,
): Network {
  const { connectionsPerAddress } = rooms.settings.value.limits;
  const limits = { ...defaultNetLimits, connectionsPerAddressMax: connectionsPerAddress };
  return createNetwork({ ...(tap ? { tap } : {}), log, metrics, certificates, limits, clock: rooms.clock });
}

/** Opens every configured door of a protocol that exists; all of them or, where one cannot be bound, none. */
export async function openDoors(
  rooms: Rooms,
  resolver: Resolver,
  authenticity: MailParts,
  observers: Observers,
  openChat?: OpenChat,
): Promise<Doors> {
  const settings = rooms.settings.value;
  const certificates = await createCertificates(certificateSource(settings), { log: observers.log });
  const wire = openWire(settings, observers.log, rooms.clock);
  const network = openNetwork(rooms, observers, certificates, wire.tap);
  const open: OpenDoor[] = [];
  let draining = false;
  const chat = openChat?.({ network, certificates }) ?? null;
  const table = openers(rooms, resolver, authenticity, observers, {
    ...{ network, certificates, open, chat },
    draining: () => draining,
  });
  const absent: Door[] = [];
  const held = [certificates];
  const ownOf = async (door: Door, { tls }: ListenerSettings): Promise<Wanted['own']> => {
    const tap = wire.of(door);
    if (!tls) return tap ? { tap } : {};
    const own = await createCertificates({ mode: 'files', ...tls }, { log: observers.log });
    held.push(own);
    return { certificates: own, ...(tap ? { tap } : {}) };
  };
  const close = async (graceMs: number) => {
    draining = true;
    await network.closeAll(graceMs);
    for (const one of held) one.close();
    wire.close();
  };
  try {
    for (const door of doorNames) {
      for (const listener of settings.listeners[door]) {
        const opener = table[door];
        if (!opener) {
          absent.push(door);
          continue;
        }
        const own = await ownOf(door, listener);
        const { host, port } = await opener(door, { ...listener, own }).catch((error: unknown) => {
          throw nameDoor(error, door, listener);
        });
        open.push({ door, host, port });
      }
    }
  } catch (error) {
    await close(0);
    throw error;
  }
  return {
    open,
    absent,
    certificates,
    close,
    async reloadCertificates() {
      await Promise.all(held.map((one) => one.reload()));
    },
  };
}
