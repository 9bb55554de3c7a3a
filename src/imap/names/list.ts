import { delimiter } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { ListArguments } from '../wire/index.ts';
import { ancestors } from './ancestors.ts';
import { matchesPattern } from './pattern.ts';
import { type VisibleName, visibleNames } from './visible.ts';

/** A line of the answer to LIST. */
export interface ListEntry {
  readonly name: string;
  readonly listed: VisibleName;
  readonly attributes: readonly string[];
  /** Selections that hold for something below (RFC 5258 §3.5); empty for none. */
  readonly childInfo: readonly string[];
}

type Arguments = Pick<ListArguments, 'selection' | 'reference' | 'patterns' | 'returns' | 'isExtended'>;

/** The names LIST answers, in order. Lets others run between slices: patterns and names are the member's own. */
export async function listNames(session: Session, args: Arguments): Promise<ListEntry[]> {
  const names = await visibleNames(session);
  const parents = ancestors(names.filter(({ mailbox }) => mailbox !== null).map(({ name }) => name));
  const chosen = names.filter((listed) => isSelected(listed, args));
  const chosenNames = new Set(chosen.map(({ name }) => name));
  const patterns = args.patterns.map((pattern) => args.reference + pattern);
  checkWildcards(patterns, session.limits.listWildcardsMax);
  const matches = (name: string) => patterns.some((pattern) => matchesPattern(pattern, name));
  const recursive = args.selection.has('RECURSIVEMATCH');
  // RFC 5258 §3.5: a parent stands for those below it that are not told themselves.
  const above = ancestors(recursive ? [...chosenNames].filter((name) => !matches(name)) : []);
  const slices = session.slices();
  const entries: ListEntry[] = [];
  for (const listed of withMissing(names, above)) {
    const { name } = listed;
    if (!chosenNames.has(name) && !above.has(name)) continue;
    if (slices.due) await slices.next();
    if (!matches(name)) continue;
    const childInfo = above.has(name) ? [...args.selection].filter((word) => word !== 'RECURSIVEMATCH') : [];
    entries.push({ name, listed, attributes: attributesOf(listed, parents.has(name), args), childInfo });
  }
  return entries;
}

/** Matching costs wildcards × name, for each name: a member's own patterns must not stop the others (THREATS 5). */
export function checkWildcards(patterns: readonly string[], wildcardsMax: number): void {
  let count = 0;
  for (const pattern of patterns) count += pattern.match(/[*%]+/g)?.length ?? 0;
  if (count > wildcardsMax) throw new Refusal(`more than ${wildcardsMax} wildcards`, 'LIMIT');
}

/** A parent that was never made is told all the same where something below it is (RFC 5258 §3.5). */
function withMissing(names: readonly VisibleName[], above: ReadonlySet<string>): readonly VisibleName[] {
  const known = new Set(names.map(({ name }) => name));
  const missing = [...above].filter((name) => !known.has(name)).sort();
  return [...names, ...missing.map((name) => ({ name, mailbox: null, subscribed: false }))];
}

/** RFC 9051 §6.3.9.1: selections add up; REMOTE adds nothing where nothing is remote. */
function isSelected({ mailbox, subscribed, isLevel }: VisibleName, { selection }: Arguments): boolean {
  const wantsSubscribed = selection.has('SUBSCRIBED');
  if (wantsSubscribed && !subscribed) return false;
  if (selection.has('SPECIAL-USE') && (mailbox?.specialUse ?? null) === null) return false;
  return mailbox !== null || isLevel === true || wantsSubscribed;
}

function attributesOf(listed: VisibleName, hasChildren: boolean, args: Arguments): string[] {
  const { mailbox, subscribed, place } = listed;
  const attributes: string[] = [];
  // RFC 9051 §7.3.1: \NonExistent implies \Noselect; clients that know no extended LIST know only the latter.
  if (mailbox === null) attributes.push('\\NonExistent', ...(args.isExtended ? [] : ['\\Noselect']));
  // What may be looked up and not read cannot be selected (RFC 4314 §4).
  if (place !== undefined && !place.rights.includes('r')) attributes.push('\\Noselect');
  if (subscribed && (args.selection.has('SUBSCRIBED') || args.returns.has('SUBSCRIBED'))) {
    attributes.push('\\Subscribed');
  }
  attributes.push(hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  // RFC 6154 §2 lets plain LIST tell it too; iOS and K-9 ask no other way.
  if (mailbox?.specialUse) attributes.push(`\\${mailbox.specialUse}`);
  return attributes;
}

/** `* LIST (\HasNoChildren) "/" name`. */
export function writeEntry(
  session: Session,
  response: 'LIST' | 'LSUB',
  name: string,
  attributes: readonly string[],
  childInfo: readonly string[] = [],
): void {
  const { out } = session;
  out.data(response).sp().flags(attributes).raw(` "${delimiter}" `).mailbox(name);
  if (childInfo.length > 0) {
    out
      .raw(' ("CHILDINFO" (')
      .raw(childInfo.map((word) => `"${word}"`).join(' '))
      .raw('))');
  }
  out.crlf();
}
