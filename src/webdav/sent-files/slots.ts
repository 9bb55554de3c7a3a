/** A place for one file that a member wants to send along. */
export interface Slot {
  readonly id: number;
  readonly account: number;
  readonly name: string;
  /** Bytes, as they were said. */
  readonly size: number;
  /** Media type as it was said; '' for none. */
  readonly type: string;
  readonly state: 'open' | 'taking' | 'there';
  /** The file as it lies in the member's tree; '' before. */
  readonly file: string;
  readonly sha256: string;
  readonly createdMs: number;
  /** Of the slot, then of the file; 0: never. */
  readonly expiresMs: number;
}

/** What is kept of slots: `registrations.uploads` of the stores of conversations. */
export interface Slots {
  byPut(token: string): Promise<Slot | null>;
  /** Null where nothing is there yet, or any more. */
  byGet(token: string): Promise<Slot | null>;
  /** One may put it. StoreError 'not-found'; 'conflict' where somebody does, or did. */
  begin(id: number): Promise<Slot>;
  landed(id: number, a: Pick<Slot, 'file' | 'sha256' | 'expiresMs'>): Promise<void>;
  /** It did not come whole: it may be put again. */
  failed(id: number): Promise<void>;
}
