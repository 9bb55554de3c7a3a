/** Somebody who stands in a member's list without having been asked: of the same group of the co-op. */
export interface SharedContact {
  /** A bare address of ours. */
  readonly contact: string;
  readonly name: string;
  /** Of the list; one at least. */
  readonly groups: readonly string[];
}

/** Who the co-op puts into the lists of its members. They hear each other (`both`); a member cannot change what it says. */
export interface RosterSource {
  /** Bounded by whoever answers; without the account itself. */
  contactsOf(account: number): Promise<readonly SharedContact[]>;
}
