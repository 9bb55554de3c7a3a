import type { Registrations } from '../stores/conversations/index.ts';

/** What chat asks of the stores of conversations. */
export interface NewRow {
  readonly kind: 'account' | 'room';
  readonly owner: number;
  readonly stanza: string;
}

export interface HomeState {
  readonly blocked: readonly string[];
}

export interface Conversations {
  readonly archive: { append(rows: readonly NewRow[]): Promise<{ readonly ids: readonly number[] }> };
  readonly roster: {
    load(account: number): Promise<HomeState>;
    subscribe(account: number, listener: () => void): () => void;
  };
  readonly registrations: Registrations;
}
