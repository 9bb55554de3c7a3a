import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseXmppTranscript } from './parse.ts';
import { runXmppTranscript, type XmppTransport, type XmppWorld } from './run.ts';

export interface XmppTranscriptsOptions {
  /** Default: both. */
  readonly transports?: readonly XmppTransport[];
  /** A world of its own for each test; `settings`: what the transcript sets. */
  open(asked: {
    readonly settings: Readonly<Record<string, string>>;
    readonly transport: XmppTransport;
  }): Promise<XmppWorld>;
}

/**
 * Registers a test for each `.txt` file of a folder (`new URL('./transcripts/', import.meta.url)`) on each transport that
 * it does not leave out. A folder without transcripts is a failure.
 */
export function xmppTranscripts(folder: string | URL, options: XmppTranscriptsOptions): void {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.txt'))
    .sort();
  test(`${basename(path)} holds transcripts`, () => expect(files).not.toEqual([]));
  for (const name of files) {
    const file = join(path, name);
    const transcript = parseXmppTranscript(readFileSync(file, 'utf8'), file);
    for (const transport of options.transports ?? (['tcp', 'websocket'] as const)) {
      if (transcript.only.length > 0 && !transcript.only.includes(transport)) continue;
      test(`${name}: ${transcript.title} (${transport})`, async () => {
        const world = await options.open({ settings: transcript.settings, transport });
        try {
          await runXmppTranscript(transcript, file, world, transport);
        } finally {
          await world.close();
        }
      });
    }
  }
}
