import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';

/** XEP-0059: pages of long answers. */
export const resultSetsNs = 'http://jabber.org/protocol/rsm';

export interface PageAsked {
  /** Null: as many as the server gives. */
  readonly max: number | null;
  /** Those that follow it. */
  readonly after?: string;
  /** Those before it; '': the last ones of all (§2.5). */
  readonly before?: string;
  readonly index?: number;
}

const everything: PageAsked = { max: null };

function count(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new StanzaError('bad-request', { text: `'${name}' of a page is no number` });
  return Number(text);
}

/** The page that is asked for by a child of `parent`. Throws StanzaError `bad-request`. */
export function pageAsked(parent: Element): PageAsked {
  const set = childOf(parent, 'set', resultSetsNs);
  if (set === undefined) return everything;
  const max = childOf(set, 'max');
  const after = childOf(set, 'after');
  const before = childOf(set, 'before');
  const index = childOf(set, 'index');
  return {
    max: max === undefined ? null : count('max', textOf(max)),
    ...(after === undefined ? {} : { after: textOf(after) }),
    ...(before === undefined ? {} : { before: textOf(before) }),
    ...(index === undefined ? {} : { index: count('index', textOf(index)) }),
  };
}

export interface PageGiven {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  readonly firstIndex?: number | undefined;
  readonly count?: number | null | undefined;
}

/** What is said of a page beside it. */
export const pageElement = ({ first, last, firstIndex, count: total }: PageGiven): Element =>
  element(
    'set',
    resultSetsNs,
    {},
    first === undefined
      ? null
      : element(
          'first',
          resultSetsNs,
          { index: firstIndex === undefined ? undefined : String(firstIndex) },
          first,
        ),
    last === undefined ? null : element('last', resultSetsNs, {}, last),
    total === null || total === undefined ? null : element('count', resultSetsNs, {}, String(total)),
  );
