import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { launcher, projectFolder } from './launcher.ts';
import { type Myco, startMyco } from './myco.ts';
import { type Ran, run } from './tools.ts';

/** What a clean checkout is as far as npm and `myco` can tell: `npm run demo` works in it, and so does what is typed after that. */
export interface DemoProject {
  readonly folder: string;
  /** One line for a shell, as a document has it; where it says `--as`, the officers' password is typed. */
  type(line: string): Promise<Ran>;
  /** The answer of a command to a script, and how it ended; `as`: who answers for it. */
  json<T>(line: string, as?: string): Promise<{ readonly code: number | null; readonly json: T }>;
  /** Starts the server of the demonstration; commands go over its socket from then on. */
  serve(): Promise<Myco>;
  dispose(): void;
}

const config = 'config/demo.yaml';
const patienceMs = 300_000;

/** `npx myco` without npm in between; it is asked for a password where somebody acts. */
const shim = (command: readonly string[]) => `#!/bin/bash
myco() { '${process.execPath}' ${command.map((part) => `'${part}'`).join(' ')} "$@"; }
case " $* " in
  *" --as "*) printf '%s\\n' "$DEMO_PASSWORD" | myco "$@" --password-stdin ;;
  *) myco "$@" </dev/null ;;
esac
`;

export function demoProject(): DemoProject {
  const folder = makeFolder();
  const [flag = '', main = ''] = launcher();
  for (const name of ['bin', 'shims']) mkdirSync(join(folder, name));
  for (const name of ['package.json', 'config', 'bin/verify-ledger.mjs'])
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'bin/myco.mjs'), `import '${pathToFileURL(main)}';\n`);
  const typed = join(folder, 'shims/myco');
  writeFileSync(typed, shim([flag, main]));
  chmodSync(typed, 0o755);
  let password = '';
  async function type(line: string): Promise<Ran> {
    const env = {
      ...{ PATH: [join(folder, 'shims'), process.env.PATH].join(delimiter), MYCO_CONFIG: config },
      ...{ DEMO_PASSWORD: password, npm_config_update_notifier: 'false' },
    };
    const ended = await run('bash', ['-ec', line], { cwd: folder, env, patienceMs });
    password = /^their password: (\S+)$/m.exec(ended.out.toString())?.[1] ?? password;
    return ended;
  }
  return {
    folder,
    type,
    async json(line, as) {
      const ended = await type(`myco ${line} ${as === undefined ? '' : `--as ${as}`} --json`);
      const answer = ended.out
        .toString()
        .split('\n')
        .findLast((text) => /^[[{]|^null$/.test(text));
      if (answer === undefined) throw new Error(`myco ${line}: exit ${ended.code}, ${ended.said}`);
      return { code: ended.code, json: JSON.parse(answer) };
    },
    async serve() {
      const coop = /^coop:\n((?: .*\n)+)/m.exec(readFileSync(join(folder, config), 'utf8'))?.[1];
      if (coop === undefined) throw new Error(`${config} says nothing of the co-op`);
      return startMyco({ folder, data: join(folder, 'demo/data'), settings: { coop: `\n${coop}` } });
    },
    dispose: () => removeFolder(folder),
  };
}
