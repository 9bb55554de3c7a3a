/**
 * The process that is killed: `node ledger-child.ts DIR DATABASE JOURNAL FIRST`. It seals entries, deposits coins and signs
 * checkpoints as fast as it can, until somebody ends it. A line of the journal is an intent (the number) or what was
 * acknowledged (number, seq, hash), written at once.
 */
import { openSync, writeSync } from 'node:fs';
import { draftOf, openLedger } from './ledger-rooms.ts';

const [dir = '', url = '', journalFile = '', first = '0'] = process.argv.slice(2);
const producers = 16;
const { ledger } = await openLedger(dir, url);
const journal = openSync(journalFile, 'a');
let next = Number(first);
let told = false;

async function producer(): Promise<void> {
  for (;;) {
    const number = next++;
    writeSync(journal, `${JSON.stringify({ number })}\n`);
    // Some are coins, which are dated by the clock; some come with others, all or none.
    const [entry] =
      number % 5 === 0
        ? [await ledger.depositCoins({ member: 1 + (number % 7), coins: 3, key: `k${number}` })]
        : await ledger.append([draftOf(number), draftOf(number, 'with')]);
    writeSync(journal, `${JSON.stringify({ number, seq: entry?.seq, hash: entry?.hash })}\n`);
    if (!told) process.stdout.write('working\n');
    told = true;
  }
}

async function signer(): Promise<void> {
  for (;;) {
    await ledger.checkpoints.sign();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

await Promise.all([signer(), ...Array.from({ length: producers }, producer)]);
