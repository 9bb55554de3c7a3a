import type { Filled, Form } from '../data/index.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';

/** Whoever runs a command. */
export interface CommandVisit {
  readonly chat: Chat;
  readonly session: Session;
}

export type CommandForm = Pick<Form, 'of' | 'fields' | 'title' | 'instructions'>;

/** Something is to be filled in; or it is done, and there may be something to be said or shown. */
export type Outcome =
  | {
      readonly kind: 'form';
      readonly form: CommandForm;
      /** Throws StanzaError, StoreError; then the same form may be filled in again. */
      next(filled: Filled): Promise<Outcome> | Outcome;
    }
  | { readonly kind: 'done'; readonly note?: string; readonly form?: CommandForm };

/** An ad-hoc command (XEP-0050) of the server, declared. */
export interface Command {
  readonly node: string;
  /** For people. */
  readonly name: string;
  /** No default (THREATS 9); looked up each time, for a right may be gone. */
  readonly who: 'members' | 'admins';
  /** Whether it is offered now; absent: always. */
  offered?(chat: Chat): boolean;
  run(visit: CommandVisit): Promise<Outcome> | Outcome;
}

export const done = (note: string, form?: CommandForm): Outcome => ({
  kind: 'done',
  note,
  ...(form === undefined ? {} : { form }),
});
