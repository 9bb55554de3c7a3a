/** The modseqs of what a client did itself, by account, until it has been told what else happened there. */
export class OwnChanges {
  readonly #modseqs = new Map<number, Set<number>>();

  note(account: number, modseqs: readonly number[]): void {
    const known = this.#modseqs.get(account) ?? new Set();
    for (const modseq of modseqs) known.add(modseq);
    this.#modseqs.set(account, known);
  }

  has(account: number, modseq: number): boolean {
    return this.#modseqs.get(account)?.has(modseq) ?? false;
  }

  /** Whether nobody else has changed anything after `since`, up to `modseq`: every change has a number of its own. */
  isAll(account: number, since: number, modseq: number): boolean {
    const known = this.#modseqs.get(account);
    if (known === undefined || modseq - since > known.size) return false;
    for (let one = since + 1; one <= modseq; one++) if (!known.has(one)) return false;
    return modseq > since;
  }

  forget(account: number, upTo: number): void {
    const known = this.#modseqs.get(account);
    for (const modseq of known ?? []) if (modseq <= upTo) known?.delete(modseq);
  }
}
