import { Refusal } from '../errors.ts';
import type { Features } from '../features.ts';
import { systemBit } from '../session/flags.ts';
import type { Selected } from '../session/selected.ts';
import type { SearchKey, SequenceSet } from '../wire/index.ts';
import { compareDay, localDay } from './days.ts';
import { fold } from './fold.ts';
import { type Evidence, type Judge, type Verdict, want } from './keys.ts';

const costs = ['none', 'row', 'header', 'text'] as const;

/**
 * A key tree -> one test that asks for no more than it needs. RFC 9051 §6.4.4, RFC 3501 §6.4.4. `nowMs`: when the
 * search began, ms since 1970.
 */
export function compile(key: SearchKey, selected: Selected, features: Features, nowMs: number): Judge {
  const inner = (child: SearchKey) => compile(child, selected, features, nowMs);
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
      return rowJudge(key) ?? textJudge(key);
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
          test: (e) => onHeader(e, (h) => compareDay(h.sentDay(), compare, date.utcMs)),
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

function textJudge(key: Leaf): Judge {
  switch (key.kind) {
    case 'address':
      return envelopeJudge(key.field, key.text);
    case 'subject':
      return envelopeJudge('subject', key.text);
    case 'header':
      return headerJudge(key.name.toLowerCase(), key.text);
    case 'text': {
      const text = fold(key.text);
      return { cost: 'text', test: (evidence) => hasText(evidence, text) };
    }
    case 'body': {
      const text = fold(key.text);
      return { cost: 'text', test: (evidence) => bodyHasText(evidence, text) };
    }
    default:
      throw new Error(`search key ${key.kind} has no test`);
  }
}

function headerJudge(name: string, text: string): Judge {
  const folded = fold(text);
  return { cost: 'header', test: (evidence) => onHeader(evidence, (h) => h.includes(name, folded)) };
}

/** Words and addresses stand in the text of delivery as they do in the header; other punctuation may not. */
const sameInText = /^[\p{L}\p{N}\p{M}@._+-]+( [\p{L}\p{N}\p{M}@._+-]+)*$/u;

/**
 * A field that delivery copied into the search text: where the words are not there, the header need not be read.
 * That saves most of the work of the searches that people make.
 */
function envelopeJudge(name: string, text: string): Judge {
  const { cost, test } = headerJudge(name, text);
  const folded = fold(text);
  if (!sameInText.test(folded)) return { cost, test };
  return {
    cost,
    test(evidence) {
      if (evidence.header === undefined) {
        if (evidence.text === undefined) return want(evidence, 'text');
        if (evidence.text !== null && !evidence.text.includes(folded)) return false;
      }
      return test(evidence);
    },
  };
}

function onHeader(evidence: Evidence, test: (header: NonNullable<Evidence['header']>) => boolean): Verdict {
  return evidence.header === undefined ? want(evidence, 'header') : test(evidence.header);
}

/** TEXT: header or body. The text of delivery holds the bodies whole unless it was cut off. */
function hasText(evidence: Evidence, text: string): Verdict {
  if (text === '') return true;
  if (evidence.text === undefined) return want(evidence, 'text');
  if (evidence.text?.includes(text)) return true;
  if (evidence.header === undefined) return want(evidence, 'header');
  if (evidence.header.anyIncludes(text)) return true;
  if (evidence.text !== null) return false;
  return evidence.body === undefined ? want(evidence, 'body') : evidence.body.includes(text);
}

/** BODY: what stands in the text of delivery is of the body, unless the header could have brought it there. */
function bodyHasText(evidence: Evidence, text: string): Verdict {
  if (text === '') return true;
  if (evidence.body !== undefined) return evidence.body.includes(text);
  if (evidence.text === undefined) return want(evidence, 'text');
  if (evidence.text === null) return want(evidence, 'body');
  if (!evidence.text.includes(text)) return false;
  if (evidence.header === undefined) return want(evidence, 'header');
  return evidence.header.mayBeSearched(text) ? want(evidence, 'body') : true;
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
  return fold3(judges, false);
}

function either(judges: readonly Judge[]): Judge {
  return fold3(judges, true);
}

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
