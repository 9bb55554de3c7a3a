import { refusal } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { seeOther } from '../http/page.ts';
import { type Acting, forActing, shownRefusal } from './acting.ts';

/** What was wrong with the form by which a page was reached. */
export interface Wrong {
  readonly status: number;
  readonly text: string;
}

/** One form as it was sent. */
export interface Sent {
  readonly fields: URLSearchParams;
  /** Under which it is done: the same form twice is one act. */
  readonly key: string;
}

type Show = (visit: Visit, house: House, acting: Acting, wrong: Wrong) => Promise<Response>;

/** The key that `Acting.once` put into the form. */
export function keyOf(key: string | null): string {
  if (key === null || !/^[a-z2-7]{26}$/.test(key)) throw refusal('E_KEY_MISSING', 'the form has no key');
  return `page-${key}`;
}

/**
 * A form of a page of the co-op. `act` does it and answers where to look; what the co-op refuses is said above the page that `again`
 * shows.
 */
export function coopForm(
  act: (sent: Sent, house: House, acting: Acting, visit: Visit) => Promise<string>,
  again: Show,
) {
  return async (visit: Visit, house: House): Promise<Response> => {
    const fields = await house.forms.read(visit.request, visit.secure);
    return forActing(visit, house, async (acting) => {
      try {
        return seeOther(await act({ fields, key: keyOf(fields.get('key')) }, house, acting, visit));
      } catch (error) {
        return again(visit, house, acting, shownRefusal(visit, error));
      }
    });
  };
}

export const textOf = (fields: URLSearchParams, name: string): string => (fields.get(name) ?? '').trim();

/** A whole number as it was typed; 0, which is nobody's number and no amount, for anything else. */
export function numberOf(fields: URLSearchParams, name: string): number {
  const text = textOf(fields, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
