/**
 * admin: commands on the co-op's data, the same whether a server runs or not. A command is one value: its line, the
 * schema of its arguments, and `run(services, args, session)`.
 *
 * - A running server listens on `admin.sock` in the data folder (mode 0600; whoever can open it may do everything).
 *   One request a connection, lines of JSON: {version, command, args} -> {progress}… -> {result} or {error}.
 * - Without a server the command opens the data folder itself, which takes its lock: a server that starts meanwhile is
 *   refused, and so is a second command.
 * - Requests and answers are bounded; progress is dropped where nobody reads; a client that goes away, or a server that
 *   drains, aborts the command's signal.
 */
export { type AdminClient, adminClient } from './client.ts';
export {
  type AdminCommand,
  type AdminOutcome,
  adminCommand,
  readArguments,
  type Session,
} from './command.ts';
export type { Progress } from './protocol.ts';
export { asCommand, type OpenedServices, type OpenServices } from './run.ts';
export { type AdminServer, type AdminServerOptions, adminServer } from './server.ts';
