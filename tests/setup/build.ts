/** Conformance speaks to what is shipped: where `dist/` is older than the sources, it is compiled first. */
import { spawnSync } from 'node:child_process';
import { isCompiled, projectFolder } from '../harness/launcher.ts';

export default function setup(): void {
  if (isCompiled()) return;
  const { status } = spawnSync(process.execPath, ['tools/prepare.mjs'], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tools/prepare.mjs failed (exit ${status}); conformance needs a build`);
}
