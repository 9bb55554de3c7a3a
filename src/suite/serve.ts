import { randomToken, releaseStartupMemory } from '../base/index.ts';
import type { SchedulingWorker } from '../caldav/index.ts';
import { type ChatServer, roomOffice, rosterImported } from '../chat/index.ts';
import { type AdminCommand, type AdminServer, adminServer, type Io } from '../cli/index.ts';
import type { Network, Resolver } from '../net/index.ts';
import { openRooms, type Rooms } from '../rooms/index.ts';
import { doors as doorInfo, formatProblem, type Loaded, type MycoSettings } from '../settings/index.ts';
import { version } from '../version.ts';
import { webAddress } from '../web/index.ts';
import type { Pushes } from '../webdav/index.ts';
import { openAuthenticity, startTrust } from './authenticity.ts';
import { startSubscriptions } from './calendars.ts';
import { chatDoors, openChat } from './chat.ts';
import { watchCards } from './chat-cards.ts';
import { watchDirectory } from './chat-directory.ts';
import { type Doors, type MailParts, openDoors } from './doors.ts';
import { firstAdministrator } from './first-start.ts';
import { hearOfInvitations, startInvitations, takeInvitations } from './invitations.ts';
import { startMaintenance } from './maintenance.ts';
import { openNews } from './notices.ts';
import { createObservers, logLevel, type Observers } from './observers.ts';
import { openOutbound } from './outbound.ts';
import { startPushes } from './push.ts';
import { openResolver } from './resolver.ts';
import { startSearchIndex } from './search-index.ts';
import { tokenIssuer } from './token-issuer.ts';
import { openWayOut } from './way-out.ts';

/** SIGTERM ends the process within 10 s (CONTRACT.md): this long for the sessions, the rest for the stores. */
const drainMs = 7_000;

/** After this long the memory that starting took is given back. */
const settleMs = 2_000;

export interface ServeOptions {
  readonly settings: Loaded<MycoSettings>;
  readonly commands: readonly AdminCommand<Rooms>[];
  readonly io: Io;
  readonly json: boolean;
}

/** The whole house, open. */
export interface Running {
  readonly rooms: Rooms;
  readonly doors: Doors;
  readonly chat: ChatServer;
  /** The one resolver of the process. */
  readonly resolver: Resolver;
  readonly admin: AdminServer;
  readonly observers: Observers;
  readonly invitations: SchedulingWorker;
  readonly pushes: Pushes;
  /** Drains the doors, then closes the rooms; whoever is still there after `graceMs` is cut off. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Opens the house in order: stores, doors, admin socket. What was opened is closed again where a later step fails.
 * `observers`: in place of those that the settings ask for.
 */
export async function openSuite(
  options: Pick<ServeOptions, 'settings' | 'commands'>,
  observers: Observers = createObservers(options.settings.value),
): Promise<Running> {
  const settings = options.settings.value;
  const { log, health } = observers;
  const rooms = await openRooms(options.settings, log, tokenIssuer(settings));
  const resolver = openResolver(settings, observers, rooms.clock);
  try {
    const authenticity = await openAuthenticity(rooms, resolver, observers);
    const news = openNews(rooms);
    const invitations = startInvitations(rooms, authenticity.parts.signer, observers, news.invited);
    const parts = { ...authenticity.parts, ...news.mail, invitations: takeInvitations(rooms, invitations) };
    const { chat, doors } = await openTalk(rooms, resolver, { parts }, observers);
    await chat.start();
    health.check('database', 'live', () => rooms.accounts.accounts.isLocalDomain(settings.coop.domain));
    const ways = openWayOut(rooms, resolver, observers, () => doors.open);
    const queue = openOutbound(rooms, observers, {
      ...ways,
      ...parts,
      observer: authenticity.observers.tls,
      heard: hearOfInvitations(rooms, invitations),
    });
    await queue.start();
    const maintenance = startMaintenance(rooms);
    const trust = startTrust(rooms, resolver, authenticity.parts, log);
    const searchIndex = startSearchIndex(rooms, observers);
    const subscriptions = startSubscriptions(rooms, resolver, observers);
    const pushes = startPushes(rooms, resolver, observers);
    const watching = [watchDirectory(rooms, chat), watchCards(rooms, chat), news.start(chat)];
    const admin = await adminServer({
      dataDir: settings.data,
      services: { ...rooms, running: runningOf(doors, chat) },
      commands: options.commands,
      onFault: incidentsIn(log),
    });
    return {
      rooms,
      doors,
      chat,
      resolver,
      admin,
      observers,
      invitations,
      pushes,
      async stop(graceMs = drainMs) {
        await Promise.all([
          doors.close(graceMs),
          queue.stop(graceMs),
          invitations.stop(),
          admin.close(),
          maintenance.stop(),
          trust.stop(),
          searchIndex.stop(),
          subscriptions.stop(),
          pushes.stop(),
          ...watching.map((watch) => watch.stop()),
        ]);
        await chat.close();
        await authenticity.observers.stop();
        resolver.close();
        await rooms.close();
      },
    };
  } catch (error) {
    resolver.close();
    await rooms.close();
    throw error;
  }
}

/** What commands on a running server have beside its rooms. */
const runningOf = (doors: Doors, { chat }: ChatServer): NonNullable<Rooms['running']> => ({
  open: () => doors.open,
  authority: () => doors.certificates.authority,
  talk: roomOffice(chat),
  chatImported: (account) => rosterImported(chat, account),
});

/** Chat, and the doors. There is a network once these are opened; chat goes out by it later than that. */
async function openTalk(rooms: Rooms, resolver: Resolver, mail: MailParts, observers: Observers) {
  const network = Promise.withResolvers<Network>();
  const chat: ChatServer = openChat(rooms, observers, () => doors.open, {
    network: { dial: async (target) => (await network.promise).dial(target) },
    resolver,
  });
  const doors: Doors = await openDoors(rooms, resolver, mail, observers, (opened) => {
    network.resolve(opened.network);
    return chatDoors(chat);
  });
  return { chat, doors };
}

/** What failed is told to the log, and its number to who asked. */
const incidentsIn = (log: Observers['log']) => (error: unknown, command: string) => {
  const incident = randomToken(40);
  log.error('admin command failed', { error, command, incident });
  return incident;
};

function announce({ doors }: Running, options: ServeOptions, link: string | null): void {
  const { io, json, settings } = options;
  const { data, coop } = settings.value;
  if (json) {
    const listeners: Record<string, { host: string; port: number }> = {};
    for (const { door, host, port } of doors.open) listeners[door] ??= { host, port };
    io.out(`${JSON.stringify({ event: 'ready', listeners, data, version })}\n`);
    if (link) io.err(`myco: sign in once as the administrator: ${link}\n`);
    return;
  }
  io.out(`\nmyco ${version} serves ${coop.name} (${coop.domain}), data in ${data}\n\n`);
  for (const { door, host, port } of doors.open) {
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    io.out(`  ${door.padEnd(12)} ${where.padEnd(22)} ${doorInfo[door].description}\n`);
  }
  if (doors.absent.length > 0) io.out(`\n  not in this version yet: ${doors.absent.join(', ')}\n`);
  if (link) io.out(`\nSign in once as the administrator (this link is shown only now):\n\n  ${link}\n`);
  io.out('\nStop with Ctrl-C.\n');
}

function reload(running: Running, settings: Loaded<MycoSettings>): void {
  const { log } = running.observers;
  const result = settings.reload();
  if (!result.ok) {
    for (const problem of result.error.problems) {
      log.error('configuration refused, the old one stays', { reason: formatProblem(problem) });
    }
    return;
  }
  log.setLevel(logLevel(result.value.log.level));
  void running.doors.reloadCertificates();
  for (const key of result.live) log.info('configuration changed', { check: key });
  for (const key of result.restart) log.warn('configuration change waits for a restart', { check: key });
}

/** Resolves with the first signal that asks the process to end. Listens at once: one may come before the doors are open. */
function endAsked(io: Io): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Runs until a signal asks it to end; answers the exit status. */
export async function serve(options: ServeOptions): Promise<0> {
  const ended = endAsked(options.io);
  const running = await openSuite(options);
  const { log } = running.observers;
  const onHangUp = () => reload(running, options.settings);
  process.on('SIGHUP', onHangUp);
  try {
    const first = await firstAdministrator(running.rooms);
    announce(running, options, first && webAddress(options.settings.value, first.path, running.doors.open));
    log.info('ready', { version });
    // A moment later: the first clients matter more.
    setTimeout(releaseStartupMemory, settleMs).unref();
    await ended;
    log.info('stopping');
    await running.stop();
    return 0;
  } finally {
    process.off('SIGHUP', onHangUp);
    log.flush();
  }
}
