import { sentDayOf } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { Features } from '../features.ts';
import { systemBit } from '../session/flags.ts';
import type { Selected } from '../session/selected.ts';
import type { SearchKey, SequenceSet } from '../wire/index.ts';
import { compareDay, localDay } from './days.ts';
import { type Evidence, type Judge, type Verdict, want } from './keys.ts';
import { needleJudge, type Sought, withinBoth, withinEither } from './needles.ts';

const costs = ['none', 'row', 'header', 'text'] as const;

/**
 * A key tree -> one test that asks for no more than it needs. RFC 9051 §6.4.4, RFC 3501 §6.4.4. `nowMs`: when the
 * search began, ms since 1970. Texts that it looks for are added to `sought`.
 */
export function compile(
  key: SearchKey,
  selected: Selected,
  features: Features,
  nowMs: number,
  sought: Sought[] = [],
): Judge {
  const inner = (child: SearchKey) => compile(child, selected, features, nowMs, sought);
  switch (key.kind) {
    case 'all':
      return { cost: 'none', test: () => true };
    case 'sequence':
    case 'uid':
      return setJudge(key.set, key.kind === 'uid', selected);
    case 'not':
      return negate(inner(key.key));
    case 'or':
      return either(key.keys.map(inner));
    case 'and':
      return both(key.keys.map(inner));
    case 'extension': {
      const feature = features.searchKeys.get(key.name);
      if (!feature) throw new Refusal(`this server has no search key ${key.name}`, null, 'BAD');
      return feature.judge(key.value, { account: selected.account, nowMs });
    }
    default:
      return rowJudge(key) ?? textJudge(key, sought);
  }
}

type Leaf = Exclude<SearchKey, { kind: 'all' | 'sequence' | 'uid' | 'not' | 'or' | 'and' | 'extension' }>;

function rowJudge(key: Leaf): Judge | null {
  const row = (test: (evidence: Evidence) => boolean): Judge => ({ cost: 'row', test });
  switch (key.kind) {
    case 'flag':
      return flagJudge(key.flag, key.set);
    case 'recent':
      return row(({ recent }) => recent === key.set);
    case 'size':
      return key.compare === 'larger'
        ? row((e) => e.row.size > key.bytes)
        : row((e) => e.row.size < key.bytes);
    case 'modseq':
      // RFC 7162 §3.1.5: flags have no modseq of their own here, so the entry changes nothing.
      return row((e) => e.row.modseq >= key.modseq);
    case 'date': {
      const { compare, date, of } = key;
      if (of === 'sent') {
        return {
          cost: 'header',
          test: (e) => onSentDay(e, (day) => compareDay(day, compare, date.utcMs)),
        };
      }
      return row((e) => compareDay(localDay(e.row.received, e.row.receivedZone), compare, date.utcMs));
    }
    default:
      return null;
  }
}

/** Keywords are compared without case (RFC 9051 §2.3.2). */
function flagJudge(flag: string, set: boolean): Judge {
  const bit = systemBit(flag);
  if (bit !== undefined) return { cost: 'row', test: (e) => ((e.row.flags & bit) !== 0) === set };
  const keyword = ` ${flag.toLowerCase()} `;
  return { cost: 'row', test: (e) => ` ${e.row.keywords.toLowerCase()} `.includes(keyword) === set };
}

function textJudge(key: Leaf, sought: Sought[]): Judge {
  switch (key.kind) {
    case 'address':
      return needleJudge('field', key.field, key.text, sought);
    case 'subject':
      return needleJudge('field', 'subject', key.text, sought);
    case 'header':
      return needleJudge('field', key.name, key.text, sought);
    case 'text':
    case 'body':
      return needleJudge(key.kind, '', key.text, sought);
    default:
      throw new Error(`search key ${key.kind} has no test`);
  }
}

function onSentDay(evidence: Evidence, test: (day: number | null) => boolean): Verdict {
  const { sentDay, header } = evidence;
  if (sentDay === undefined) return want(evidence, 'day');
  if (sentDay !== 'unread') return test(sentDay);
  return header === undefined ? want(evidence, 'header') : test(sentDayOf(header.fields));
}

function setJudge(set: SequenceSet, isUids: boolean, selected: Selected): Judge {
  const { view, saved } = selected;
  const uidMode = isUids || set.isSaved;
  const meant = set.isSaved ? saved : set;
  const last = uidMode ? view.lastUid : view.count;
  if (meant.isEmpty || last === 0) return { cost: 'none', test: () => false };
  const normal = meant.normalise(last);
  return { cost: 'none', test: (e) => normal.contains(uidMode ? e.row.uid : e.seq) };
}

function negate(judge: Judge): Judge {
  const test = (evidence: Evidence) => {
    const verdict = judge.test(evidence);
    return verdict === null ? null : !verdict;
  };
  return { cost: judge.cost, test };
}

function both(judges: readonly Judge[]): Judge {
  return { ...fold3(judges, false), within: () => withinBoth(judges.map(withinOf)) };
}

function either(judges: readonly Judge[]): Judge {
  return { ...fold3(judges, true), within: () => withinEither(judges.map(withinOf)) };
}

const withinOf = ({ within }: Judge) => within?.() ?? null;

/** AND and OR of three values, the cheap ones first; `decisive` is the verdict that ends it. */
function fold3(judges: readonly Judge[], decisive: boolean): Judge {
  const sorted = [...judges].sort((a, b) => costs.indexOf(a.cost) - costs.indexOf(b.cost));
  const test = (evidence: Evidence) => {
    let unknown = false;
    for (const judge of sorted) {
      const verdict = judge.test(evidence);
      if (verdict === decisive) return decisive;
      if (verdict === null) unknown = true;
    }
    return unknown ? null : !decisive;
  };
  return { cost: sorted.at(-1)?.cost ?? 'none', test };
}
