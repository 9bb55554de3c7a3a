import { join } from 'node:path';
import { type Reason, reasons, StoreError } from '../../base/index.ts';
import { connectUnixSocket } from '../../net/index.ts';
import { UsageError } from '../exit.ts';
import { answerBytesMax } from '../limits.ts';
import type { AdminOutcome } from './command.ts';
import { readLines } from './lines.ts';
import { answerSchema, type Progress, protocolVersion, type Refused, socketName } from './protocol.ts';

export interface AdminClient {
  /** Runs one command in the server. Throws UsageError or StoreError as the command itself would. */
  call(
    command: string,
    args: Readonly<Record<string, unknown>>,
    session: { progress(progress: Progress): void; readonly signal: AbortSignal },
  ): Promise<AdminOutcome>;
}

/** The server that runs on a data folder, or undefined where none does. One call each. */
export async function adminClient(dataDir: string): Promise<AdminClient | undefined> {
  const socket = await connectUnixSocket(join(dataDir, socketName));
  if (!socket) return undefined;
  return {
    async call(command, args, session) {
      const leave = (): void => void socket.destroy();
      session.signal.addEventListener('abort', leave, { once: true });
      try {
        socket.write(`${JSON.stringify({ version: protocolVersion, command, args })}\n`);
        for await (const line of readLines(socket, answerBytesMax)) {
          const answer = answerSchema.parse(JSON.parse(line));
          if ('progress' in answer) session.progress(answer.progress);
          else if ('result' in answer) {
            const { text, json, status } = answer.result;
            return { text, json, ...(status === undefined ? {} : { status }) };
          } else throw errorOf(answer.error);
        }
        throw new StoreError('unavailable', 'the server ended before it answered');
      } catch (error) {
        if (session.signal.aborted) throw new StoreError('unavailable', 'interrupted');
        if (isLost(error)) throw new StoreError('unavailable', 'the server ended before it answered');
        throw error;
      } finally {
        session.signal.removeEventListener('abort', leave);
        socket.destroy();
      }
    },
  };
}

function errorOf({ reason, code, message }: Refused): Error {
  if (reason === 'usage') return new UsageError(message);
  const known = reasons.find((candidate): candidate is Reason => candidate === reason);
  return new StoreError(known ?? 'unavailable', message, code === undefined ? {} : { code });
}

function isLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
