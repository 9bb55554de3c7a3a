import { demandDay } from '../days.ts';
import { refusal } from '../refusals.ts';
import { demandText } from '../text.ts';
import {
  accountCharactersMax,
  draftsMax,
  keyCharactersMax,
  kindCharactersMax,
  memoCharactersMax,
  postingsMax,
} from './limits.ts';
import type { CheckedDraft } from './scripts/append.ts';
import { type AccountKind, type Chart, coinAsset, type Draft, type Posting } from './types.ts';

/** Drafts that may be sealed, with the owners of their personal accounts; throws what is wrong with the first that may not. */
export function checkDrafts(drafts: readonly Draft[], chart: Chart): readonly CheckedDraft[] {
  if (drafts.length > draftsMax) throw refusal('E_LIMIT', `at most ${draftsMax} entries are sealed at once`);
  return drafts.map((draft) => checkDraft(draft, chart));
}

function checkDraft(draft: Draft, chart: Chart): CheckedDraft {
  const { key, kind, memo, date, postings } = draft;
  demandText('the key of an entry', key, { max: keyCharactersMax });
  demandText('the kind of an entry', kind, { max: kindCharactersMax });
  demandMemo(memo);
  demandDay(date);
  if (postings.length < 2) throw refusal('E_UNBALANCED', 'an entry has two postings or more');
  if (postings.length > postingsMax) throw refusal('E_LIMIT', `an entry has at most ${postingsMax} postings`);
  const owners = new Map<string, number>();
  const sums = new Map<string, bigint>();
  for (const posting of postings) {
    demandAmount(posting);
    const { owner, kind } = accountOf(posting.account, chart);
    if ((posting.asset === coinAsset) !== (kind.coins === true))
      throw refusal('E_ACCOUNT', `'${posting.account}' does not take ${posting.asset}`);
    if (owner > 0) owners.set(posting.account, owner);
    sums.set(posting.asset, (sums.get(posting.asset) ?? 0n) + BigInt(posting.amount));
  }
  for (const [asset, sum] of sums)
    if (sum !== 0n) throw refusal('E_UNBALANCED', `the postings in ${asset} are ${sum} away from nothing`);
  return { ...draft, owners };
}

export const demandMemo = (memo: string): void =>
  demandText('the memo of an entry', memo, { min: 0, max: memoCharactersMax });

/** The postings that undo others. */
export const contraryOf = (postings: readonly Posting[]): readonly Posting[] =>
  postings.map((posting) => ({ ...posting, amount: -posting.amount }));

function demandAmount({ account, asset, amount }: Posting): void {
  if (!Number.isSafeInteger(amount) || amount === 0)
    throw refusal(
      'E_AMOUNT',
      `${amount} ${asset} on ${account} is no whole number of minor units other than nothing`,
    );
  if (!/^[A-Z]{3}$/.test(asset)) throw refusal('E_AMOUNT', `'${asset}' is no asset such as EUR`);
}

/** The member whose account it is, or 0, and its kind; E_ACCOUNT where the chart knows no such account. */
export function accountOf(
  account: string,
  chart: Chart,
): { readonly owner: number; readonly kind: AccountKind } {
  const [, word = '', of = ''] = /^([a-z]+):([a-z0-9-]+)$/.exec(account) ?? [];
  const kind = Object.hasOwn(chart, word) ? chart[word] : undefined;
  if (kind === undefined || account.length > accountCharactersMax)
    throw refusal('E_ACCOUNT', `the chart has no account '${account.slice(0, accountCharactersMax)}'`);
  if (!kind.personal) return { owner: 0, kind };
  if (!/^[1-9]\d{0,14}$/.test(of))
    throw refusal('E_ACCOUNT', `'${account}' belongs to a member, and names none by number`);
  return { owner: Number(of), kind };
}
