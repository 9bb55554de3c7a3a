import { plain, readValues, type Value } from './answers.ts';
import { type Answer, flagsText } from './client.ts';
import type { Step } from './script.ts';

/** What an answer says, without what servers are free in: order, spelling, texts, numbers that they choose. */
export type Facts = ReadonlyMap<string, string>;

/** An answer -> facts to compare, one key each. What is unsolicited is the client's knowledge and not here. */
export function factsOf(step: Step, answer: Answer): Facts {
  const facts = new Map<string, string>();
  facts.set('status', answer.status);
  if (answer.status !== 'BAD') facts.set('code', codeText(answer.code));
  for (const line of answer.lines) {
    try {
      addLine(facts, step, readValues(line.slice(2)), line);
    } catch (error) {
      facts.set(`unreadable ${line.slice(0, 200)}`, String(error));
    }
  }
  return facts;
}

function addLine(facts: Map<string, string>, step: Step, values: readonly Value[], line: string): void {
  const [first, second] = values.map((value) => (typeof value === 'string' ? value.toUpperCase() : ''));
  const text = step.pieces.filter((piece) => typeof piece === 'string').join(' ');
  if (second === 'FETCH') addFetch(facts, step, text, String(values[0]), values[2]);
  else if (first === 'SEARCH') addSearch(facts, values.slice(1));
  else if (first === 'SORT') facts.set('SORT', canonical(withoutModseq(values.slice(1))));
  else if (first === 'THREAD') facts.set('THREAD', canonical(values.slice(1)));
  else if (first === 'ESEARCH') addEsearch(facts, step, values.slice(1));
  else if (first === 'LIST' || first === 'LSUB') addName(facts, first, values);
  else if (first === 'STATUS') addStatus(facts, values);
  else if (first === 'ENABLED' || first === 'NAMESPACE') facts.set(first, canonical(values.slice(1)));
  else if (first === 'METADATA') addMetadata(facts, values);
  else if (first === 'ACL' || first === 'MYRIGHTS') addRights(facts, first, values);
  else if (first === 'OK') addCode(facts, line);
  else if (first === 'BAD' || first === 'BYE' || first === 'NO') facts.set(`untagged ${first}`, '');
}

function addFetch(
  facts: Map<string, string>,
  { verb }: Step,
  text: string,
  seq: string,
  items: Value | undefined,
) {
  if (!verb.endsWith('FETCH') || !Array.isArray(items)) return;
  const asksFlags = /FLAGS|FAST|ALL|FULL/i.test(text);
  for (let at = 0; at + 1 < items.length; at += 2) {
    const name = plain(items[at]).toUpperCase();
    const value: Value = items[at + 1];
    if (name === 'FLAGS') {
      if (asksFlags) facts.set(`fetch ${seq} FLAGS`, flagsText(value));
    } else if (name === 'MODSEQ') {
      if (/MODSEQ|CHANGEDSINCE/i.test(text)) facts.set(`fetch ${seq} MODSEQ`, 'some');
    } else if (name === 'SAVEDATE' || name === 'PREVIEW') {
      // RFC 8514 §4.2, RFC 8970 §3.2: the time and the words are the server's own.
      facts.set(`fetch ${seq} ${name}`, value === 'NIL' ? 'NIL' : 'some');
    } else if (name !== 'UID' || /UID/i.test(text)) facts.set(`fetch ${seq} ${name}`, itemText(name, value));
  }
}

function itemText(name: string, value: Value): string {
  if (name === 'INTERNALDATE') return new Date(plain(value)).toISOString();
  return name === 'BODYSTRUCTURE' || name === 'BODY' ? canonical(withoutCase(value)) : canonical(value);
}

/** RFC 9051 §7.5.2: types, subtypes, names of parameters and charsets, encodings have no case. */
function withoutCase(value: Value): Value {
  if (typeof value !== 'string') return value.map(withoutCase);
  return value.toLowerCase();
}

/** Each server counts in its own way; that it tells the number is compared. */
function withoutModseq(values: readonly Value[]): readonly Value[] {
  return values.map((value) => (Array.isArray(value) && value[0] === 'MODSEQ' ? ['MODSEQ'] : value));
}

function addSearch(facts: Map<string, string>, values: readonly Value[]): void {
  const numbers = values.filter((value) => typeof value === 'string').map(Number);
  facts.set('SEARCH', numbers.sort((a, b) => a - b).join(' '));
}

function addEsearch(facts: Map<string, string>, { verb }: Step, values: readonly Value[]): void {
  // The tag stands in front; what else is in parentheses is PARTIAL's.
  const rest = values.slice(1).map((value) => (Array.isArray(value) ? canonical(value) : plain(value)));
  const isUid = rest[0] === 'UID';
  facts.set('ESEARCH', isUid ? 'UID' : '');
  const items = isUid ? rest.slice(1) : rest;
  for (let at = 0; at + 1 < items.length; at += 2) {
    const told = items[at + 1] ?? '';
    // RFC 5267 §3.2: what SORT tells is in its order.
    const value = items[at] === 'MODSEQ' ? 'some' : verb.endsWith('SORT') ? expanded(told) : setText(told);
    facts.set(`ESEARCH ${items[at]}`, value);
  }
}

function addName(facts: Map<string, string>, response: string, values: readonly Value[]): void {
  const attributes = Array.isArray(values[1]) ? values[1].map((each) => plain(each).toLowerCase()) : [];
  const told = attributes.filter((each) => each !== '\\marked' && each !== '\\unmarked').sort();
  const extended = values.length > 4 ? canonical(values[4] ?? '') : '';
  facts.set(`${response} ${plain(values[3])}`, `${told.join(' ')} ${plain(values[2])} ${extended}`);
}

function addStatus(facts: Map<string, string>, values: readonly Value[]): void {
  const items = Array.isArray(values[2]) ? values[2].map((each) => plain(each)) : [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const name = (items[at] ?? '').toUpperCase();
    const mailbox = plain(values[1]).replace(/^inbox$/i, 'INBOX');
    const free = ['UIDVALIDITY', 'HIGHESTMODSEQ', 'RECENT'].includes(name);
    facts.set(`STATUS ${mailbox} ${name}`, free ? 'some' : (items[at + 1] ?? ''));
  }
}

function addMetadata(facts: Map<string, string>, values: readonly Value[]): void {
  const entries = Array.isArray(values[2]) ? values[2] : [];
  for (let at = 0; at + 1 < entries.length; at += 2) {
    facts.set(`METADATA ${plain(values[1])} ${plain(entries[at])}`, canonical(entries[at + 1] ?? ''));
  }
}

/** Members are called otherwise by each server, but for the one that mailboxes are shared with. */
function addRights(facts: Map<string, string>, response: string, values: readonly Value[]): void {
  const letters = (value: Value | undefined) =>
    [...plain(value)]
      .filter((letter) => !'cd'.includes(letter)) // RFC 4314 §2.1.1: of the older kind.
      .sort()
      .join('');
  if (response === 'MYRIGHTS') facts.set(`MYRIGHTS ${plain(values[1])}`, letters(values[2]));
  for (let at = 2; response === 'ACL' && at + 1 < values.length; at += 2) {
    const who = plain(values[at]).replace('@coop.localhost', '');
    if (who === 'friend') facts.set(`ACL ${plain(values[1])} friend`, letters(values[at + 1]));
  }
}

function addCode(facts: Map<string, string>, line: string): void {
  const code = /^\* OK \[([^\]]*)\]/i.exec(line)?.[1] ?? '';
  const name = code.split(' ')[0] ?? '';
  if (['UIDVALIDITY', 'PERMANENTFLAGS', 'HIGHESTMODSEQ', ''].includes(name)) return;
  facts.set(`untagged ${name}`, codeText(code));
}

/** Without the uidvalidity, which each server chooses; sets in one spelling. */
function codeText(code: string): string {
  const [name = '', ...words] = code.split(' ');
  if (name === 'APPENDUID' || name === 'COPYUID') return [name, ...words.slice(1).map(setText)].join(' ');
  if (name === 'MODIFIED') return [name, ...words.map(setText)].join(' ');
  return name === 'UIDNEXT' || name === 'UNSEEN' ? code : name;
}

function setText(set: string): string {
  if (!/^[\d:,]+$/.test(set)) return set;
  const numbers = set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => Math.min(from, to) + index);
  });
  return [...new Set(numbers)].sort((a, b) => a - b).join(',');
}

/** Every number of a set in the order written. */
function expanded(set: string): string {
  return set.replace(/(\d+):(\d+)(?![^(]*\()/g, (range, from, to) =>
    Number(from) > Number(to) || set.startsWith('(') ? range : setText(range),
  );
}

function canonical(value: Value | readonly Value[]): string {
  return typeof value === 'string' ? value : `(${value.map(canonical).join(' ')})`;
}
