/** What must be there after a crash, and what is. */

import { modules } from '../../src/modules.ts';
import { verifyAll } from '../../src/storage/index.ts';
import { accounts, type Entry, hashOf } from './journal.ts';
import type { Rooms } from './rooms.ts';
import { type Kept, searchFaults } from './searched.ts';

interface Place {
  readonly mailbox: number;
  readonly uid: number;
  readonly flags: number;
}

/** Null: the copy is not there. uid 0: any. */
type State = Place | null;

const keyOf = (entry: { account: number; message: number }) => `${entry.account}/${entry.message}`;

/** Remembers all rounds: what was acknowledged in any of them stays true in the later ones. */
export class Judge {
  /** What each copy may be now: its last acknowledged state, or the one that was being brought about. */
  readonly #allowed = new Map<string, State[]>();
  readonly #messages = new Map<string, number>();
  /** Which copy ever had a UID. */
  readonly #uids = new Map<string, string>();
  readonly #modseqs = new Map<number, number>();
  acknowledged = 0;
  /** Contents that were not in the search index when the process was ended, in all rounds. */
  unindexed = 0;
  #compared = 0;

  /** Takes in a round's journal; answers what in it is already wrong. */
  read(entries: readonly Entry[]): string[] {
    const faults: string[] = [];
    const before = new Map(this.#modseqs);
    for (const entry of entries) {
      const key = keyOf(entry);
      this.#messages.set(hashOf(entry.message), entry.message);
      const state = entry.what === 'expunge' ? null : entry;
      if (entry.phase === 'intent') {
        this.#allowed.set(key, [...(this.#allowed.get(key) ?? [null]), state]);
        continue;
      }
      this.acknowledged++;
      this.#allowed.set(key, [state]);
      faults.push(...this.#uid(entry, key));
      if (entry.modseq === 0) continue;
      if (entry.modseq <= (before.get(entry.account) ?? 0))
        faults.push(`${key}: modseq ${entry.modseq} was handed out in an earlier round`);
      this.#modseqs.set(entry.account, Math.max(entry.modseq, this.#modseqs.get(entry.account) ?? 0));
    }
    return faults;
  }

  /** What was said when nobody could hear it any more: it may be so, and need not. */
  readUnheard(entries: readonly Entry[]): void {
    this.read(entries.map((entry) => ({ ...entry, phase: 'intent' as const })));
  }

  #uid({ account, mailbox, uid }: Pick<Entry, 'account' | 'mailbox' | 'uid'>, key: string): string[] {
    const name = `${account}/${mailbox}/${uid}`;
    const had = this.#uids.get(name);
    this.#uids.set(name, key);
    return had === undefined || had === key ? [] : [`UID ${name} was ${had} and is now ${key}`];
  }

  /** Compares the stores with the journals, and runs the project's own verification. */
  async compare(rooms: Rooms): Promise<string[]> {
    const faults = await verifyAll({ ...rooms, modules });
    const found = new Map<string, State>();
    const kept: Kept[] = [];
    for (const account of accounts) {
      for (const { mailbox } of await rooms.mail.list(account)) {
        if (!mailbox) continue;
        if (mailbox.highestModseq > 0 && mailbox.name === 'INBOX' && !(await this.#counted(rooms, account)))
          faults.push(`account ${account}: its modseq went back`);
        for await (const rows of rooms.mail.scan(account, mailbox.id, 1, mailbox.uidNext)) {
          const contents = await rooms.mail.contents(
            account,
            rows.map((row) => row.email),
          );
          for (const { uid, flags, email } of rows) {
            const message = this.#messages.get(contents.get(email)?.hash ?? '') ?? -1;
            const key = keyOf({ account, message });
            if (found.has(key)) faults.push(`${key}: is there twice`);
            found.set(key, { mailbox: mailbox.id, uid, flags });
            kept.push({ account, message, email });
            faults.push(...this.#uid({ account, mailbox: mailbox.id, uid }, key));
          }
        }
      }
    }
    for (const [key, allowed] of this.#allowed) {
      const now = found.get(key) ?? null;
      if (!allowed.some((state) => same(state, now)))
        faults.push(`${key}: is ${JSON.stringify(now)}, allowed are ${JSON.stringify(allowed)}`);
      this.#allowed.set(key, [now]);
      found.delete(key);
    }
    for (const key of found.keys()) faults.push(`${key}: is there though nobody sent it`);
    // Whole rounds of building it take the longest; the first ones and then every tenth are enough.
    this.#compared++;
    if (this.#compared > 3 && this.#compared % 10 !== 0) return faults;
    const searched = await searchFaults(rooms, kept);
    this.unindexed += searched.unindexed;
    return [...faults, ...searched.faults];
  }

  async #counted(rooms: Rooms, account: number): Promise<boolean> {
    const boxes = (await rooms.mail.list(account)).flatMap(({ mailbox }) =>
      mailbox ? [mailbox.highestModseq] : [],
    );
    return Math.max(...boxes) >= (this.#modseqs.get(account) ?? 0);
  }
}

function same(allowed: State, now: State): boolean {
  if (allowed === null || now === null) return allowed === now;
  const uid = allowed.uid === 0 || allowed.uid === now.uid;
  return uid && allowed.mailbox === now.mailbox && allowed.flags === now.flags;
}
