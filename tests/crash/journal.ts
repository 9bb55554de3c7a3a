/**
 * What the child of the crash test says it is about to do (`intent`) and what was acknowledged (`done`), one JSON line
 * each, written synchronously to a file outside of the data: an acknowledgement that only sat in a pipe or a buffer
 * when the process died would make a bad setting look clean.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export const accounts = [1, 2, 3] as const;

export interface Entry {
  readonly phase: 'intent' | 'done';
  readonly what: 'deliver' | 'flags' | 'move' | 'expunge';
  readonly account: number;
  /** Number of the message; with the account it names one copy of it. */
  readonly message: number;
  readonly mailbox: number;
  /** 0 where it is not known yet. */
  readonly uid: number;
  readonly flags: number;
  readonly modseq: number;
}

export interface Journal {
  write(entry: Entry): void;
  close(): void;
}

export function openJournal(file: string): Journal {
  const fd = openSync(file, 'a');
  return {
    write: (entry) => void writeSync(fd, `${JSON.stringify(entry)}\n`),
    close: () => closeSync(fd),
  };
}

/** A last line that the kill cut short was no acknowledgement. */
export function readJournal(file: string): Entry[] {
  return entriesOf(readFileSync(file, 'utf8'));
}

/** What was written up to a moment when the file had `bytes` bytes, and what after it. */
export function readJournalAt(file: string, bytes: number): { heard: Entry[]; unheard: Entry[] } {
  const all = readFileSync(file);
  const heard = entriesOf(all.toString('utf8', 0, bytes));
  return { heard, unheard: entriesOf(all.toString('utf8')).slice(heard.length) };
}

function entriesOf(text: string): Entry[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** The same sequence of numbers for the same seed; 0 ≤ answer < below. */
export function seeded(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The bytes of a message: unlike any other's, mostly small, some large enough for a file of their own. */
export function bodyOf(message: number): Buffer {
  const random = seeded(message);
  const size = message % 37 === 0 ? 1_100_000 : 200 + random(12_000);
  const head = `From: a@coop.localhost\r\nSubject: message ${message}\r\nMessage-ID: <${message}@coop.localhost>\r\n\r\n`;
  const line = `${message} ${random(1e9).toString(36)} lorem ipsum\r\n`;
  return Buffer.from(head + line.repeat(Math.ceil(size / line.length)));
}

export function hashOf(message: number): string {
  return createHash('sha256').update(bodyOf(message)).digest('hex');
}
