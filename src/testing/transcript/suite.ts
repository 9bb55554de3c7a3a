import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseTranscript } from './parse.ts';
import { runTranscript, type TranscriptSetup } from './run.ts';

/**
 * Registers one test for each `.txt` file of a folder (`new URL('./transcripts/', import.meta.url)`), each with a
 * setup of its own. A folder without transcripts is a failure.
 */
export function transcripts(folder: string | URL, setup: () => Promise<TranscriptSetup>): void {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.txt'))
    .sort();
  test(`${basename(path)} holds transcripts`, () => expect(files).not.toEqual([]));
  for (const name of files) {
    const file = join(path, name);
    const transcript = parseTranscript(readFileSync(file, 'utf8'), file);
    test(`${name}: ${transcript.title}`, async () => {
      const made = await setup();
      try {
        await runTranscript(transcript, file, made);
      } finally {
        await made.close();
      }
    });
  }
}
