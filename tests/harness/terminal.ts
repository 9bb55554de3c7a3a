import { randomUUID } from 'node:crypto';
import { run } from './tools.ts';
import { eventually } from './values.ts';

/** A program on a screen of its own, and who sits before it. */
export interface Terminal {
  /** What stands on the screen, line by line. */
  screen(): Promise<string>;
  /** Types a line and presses Enter. */
  type(line: string): Promise<void>;
  /** Waits until the screen shows it; fails with the screen. */
  shows(what: string | RegExp): Promise<void>;
  /** Waits for the program's own end. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a program in tmux with nothing in its environment but what is told. */
export async function openTerminal(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Terminal> {
  const name = `myco-${randomUUID()}`;
  const tmux = async (...args: string[]) => {
    const { code, said, out } = await run('tmux', ['-L', name, '-f', '/dev/null', ...args]);
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${said}`);
    return out.toString();
  };
  const words = { PATH: process.env.PATH ?? '', TERM: 'screen', LANG: 'C.UTF-8', ...env };
  const line = ['env', '-i', ...Object.entries(words).map(([key, value]) => `${key}=${value}`), ...command];
  const quoted = line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  await tmux('new-session', '-d', '-x', '160', '-y', '50', quoted, ';', 'set', '-g', 'remain-on-exit', 'on');
  const screen = () => tmux('capture-pane', '-p');
  return {
    screen,
    async type(text) {
      await tmux('send-keys', '-l', text);
      await tmux('send-keys', 'Enter');
    },
    async shows(what) {
      let last = '';
      const isThere = async () => {
        last = await screen();
        return (typeof what === 'string' ? last.includes(what) : what.test(last)) ? true : undefined;
      };
      await eventually(`'${what}' on the screen`, isThere).catch((error) => {
        throw new Error(`${error.message}:\n${last}`);
      });
    },
    async ended() {
      const isDead = async () =>
        (await tmux('list-panes', '-F', '#{pane_dead}')).startsWith('1') ? true : undefined;
      await eventually('the end of the program', isDead);
    },
    async close() {
      await tmux('kill-server');
    },
  };
}
