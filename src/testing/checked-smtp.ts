import { createMetrics } from '../observability/index.ts';
import { type CheckSettings, createChecks } from '../smtp/index.ts';
import type { MemoryResolver } from './memory-resolver.ts';
import { openTestSmtp, type TestSmtp } from './smtp.ts';

/** An SMTP server that checks who wrote what comes to its MX door, by what `dns` says. */
export function openCheckedSmtp(
  dns: MemoryResolver,
  settings: () => Partial<CheckSettings> = () => ({}),
): Promise<TestSmtp> {
  return openTestSmtp({
    authenticity: async ({ hostname, clock }) => ({
      checks: createChecks({
        resolver: dns,
        hostname,
        clock,
        metrics: createMetrics({ processMetrics: false }),
        settings: () => ({
          dmarc: 'enforce',
          temporary: 'accept',
          trustedSealers: [],
          exempt: [],
          ...settings(),
        }),
        observer: null,
        sealer: null,
      }),
    }),
  });
}

/** Says these lines at the MX door, each after the answer to the one before; the last answer, its last line. */
export async function sayAtMx(smtp: TestSmtp, lines: readonly string[]): Promise<string> {
  const socket = await smtp.connect('smtp');
  const hear = async () => {
    for (;;) {
      const line = String(await socket.readLine());
      if (line[3] !== '-') return line;
    }
  };
  let last = await hear();
  for (const line of lines) {
    await socket.send(`${line}\r\n`);
    last = await hear();
  }
  await socket.close();
  return last;
}
