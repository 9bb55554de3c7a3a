import { type Element, escapeAttribute } from '../../formats/stanza/index.ts';

/** A fault of the transcript itself, not of what it tests. */
export class XmppTranscriptError extends Error {
  override readonly name = 'XmppTranscriptError';
}

/** What is known so far: `{capture:name}` writes it, `{name}` reads it. */
export type Captures = Map<string, string>;

const hole = /\{\{|\{(any|maybe|\.\.\.|capture:[a-z][a-z0-9-]*|[a-z][a-z0-9.-]*)\}/g;
const openMark = '{...}';
const anyOrderMark = '{any order}';

/**
 * Whether what came is what the template says; null, or the first difference in words. Names are compared by name space,
 * attributes in any order; white space between elements counts for nothing. What the template captures is learnt only
 * where all of it matches.
 */
export function matchElement(template: Element, came: Element, captures: Captures): string | null {
  const learnt: Captures = new Map(captures);
  const difference = elementDifference(template, came, learnt, '');
  if (difference === null) for (const [name, value] of learnt) captures.set(name, value);
  return difference;
}

function elementDifference(template: Element, came: Element, learnt: Captures, above: string): string | null {
  const path = `${above}<${template.name}>`;
  if (template.name !== came.name) return `${above}expected <${template.name}>, came <${came.name}>`;
  if (template.ns !== came.ns) return `${path}: expected the name space '${template.ns}', came '${came.ns}'`;
  return (
    attributesDifference(template, came, learnt, path) ?? childrenDifference(template, came, learnt, path)
  );
}

function attributesDifference(
  template: Element,
  came: Element,
  learnt: Captures,
  path: string,
): string | null {
  const isOpen = template.attributes.more === openMark;
  for (const [key, pattern = ''] of Object.entries(template.attributes)) {
    if (isOpen && key === 'more') continue;
    const value = came.attributes[key];
    if (value === undefined) {
      if (pattern !== '{maybe}') return `${path}: the attribute '${key}' is missing`;
    } else if (!matchText(pattern, value, learnt)) {
      return `${path}: the attribute '${key}' should be '${shown(pattern, learnt)}', came '${value}'`;
    }
  }
  if (isOpen) return null;
  const surplus = Object.keys(came.attributes).find((key) => !(key in template.attributes));
  return surplus === undefined
    ? null
    : `${path}: the attribute '${surplus}' came and is not expected: '${came.attributes[surplus]}'`;
}

type Child = Element | string;

function childrenDifference(template: Element, came: Element, learnt: Captures, path: string): string | null {
  const marks = template.children.filter((child) => typeof child === 'string').map((text) => text.trim());
  const isOpen = marks.some((mark) => mark.includes(openMark));
  const isAnyOrder = marks.some((mark) => mark.includes(anyOrderMark));
  const wanted = significant(template.children).flatMap((child) => withoutMarks(child));
  const held = significant(came.children);
  // An empty element holds an empty text, where a text is expected.
  const there = held.length === 0 && wanted.length === 1 && typeof wanted[0] === 'string' ? [''] : held;
  const found = assign(wanted, there, learnt, { isOpen, isAnyOrder });
  if (found !== null) {
    for (const [name, value] of found) learnt.set(name, value);
    return null;
  }
  return firstDifference(wanted, there, learnt, path, isOpen || isAnyOrder);
}

/** White space between elements counts for nothing, nor does an empty line in an element without any. */
function significant(children: readonly Child[]): readonly Child[] {
  const isText = children.every((child) => typeof child === 'string');
  return children.filter(
    (child) => typeof child !== 'string' || child.trim() !== '' || (isText && !child.includes('\n')),
  );
}

function withoutMarks(child: Child): Child[] {
  if (typeof child !== 'string') return [child];
  if (!child.includes(openMark) && !child.includes(anyOrderMark)) return [child];
  const rest = child.replaceAll(openMark, '').replaceAll(anyOrderMark, '').trim();
  return rest === '' ? [] : [rest];
}

/** What is learnt when each template has a child of its own; null where that cannot be. */
function assign(
  wanted: readonly Child[],
  there: readonly Child[],
  learnt: Captures,
  how: { readonly isOpen: boolean; readonly isAnyOrder: boolean },
): Captures | null {
  const [first, ...others] = wanted;
  if (first === undefined) return how.isOpen || there.length === 0 ? learnt : null;
  for (const [index, child] of there.entries()) {
    const trial: Captures = new Map(learnt);
    if (childDifference(first, child, trial, '') === null) {
      const left = how.isAnyOrder ? there.filter((_child, at) => at !== index) : there.slice(index + 1);
      const found = assign(others, left, trial, how);
      if (found !== null) return found;
    }
    if (!how.isOpen && !how.isAnyOrder) return null;
  }
  return null;
}

function childDifference(template: Child, came: Child, learnt: Captures, path: string): string | null {
  if (typeof template !== 'string')
    return typeof came === 'string'
      ? `${path}: expected <${template.name}>, came the text '${came}'`
      : elementDifference(template, came, learnt, path);
  if (typeof came !== 'string') return `${path}: expected the text '${template}', came <${came.name}>`;
  if (matchText(template, came, learnt)) return null;
  return `${path}: the text should be '${shown(template, learnt)}', came '${came}'`;
}

/** Said of children that do not match: the first that differs, where order tells which is meant. */
function firstDifference(
  wanted: readonly Child[],
  there: readonly Child[],
  learnt: Captures,
  path: string,
  isLoose: boolean,
): string {
  const said = (child: Child) => (typeof child === 'string' ? `the text '${child}'` : `<${child.name}>`);
  for (const [index, template] of wanted.entries()) {
    const candidates = isLoose
      ? there.filter((child) => typeof child !== 'string' && said(child) === said(template))
      : there.slice(index, index + 1);
    const [came] = candidates;
    if (came === undefined) return `${path}: ${said(template)} is missing`;
    const tried = candidates.map((child) => childDifference(template, child, new Map(learnt), path));
    if (!tried.includes(null)) return tried[0] ?? `${path}: ${said(template)} is missing`;
  }
  const surplus = there[wanted.length];
  if (!isLoose && surplus !== undefined) return `${path}: ${said(surplus)} came and is not expected`;
  return `${path}: its children do not come as expected`;
}

/** `{any}`, `{maybe}`, `{capture:x}`, `{x}`; `{{` is a plain brace, and so is one that encloses nothing of these. */
function matchText(pattern: string, text: string, learnt: Captures): boolean {
  const names: string[] = [];
  let source = '';
  let at = 0;
  for (const match of pattern.matchAll(hole)) {
    source += quoted(pattern.slice(at, match.index));
    at = match.index + match[0].length;
    const name = match[1];
    if (name === undefined) source += '\\{';
    else if (name === 'any' || name === 'maybe' || name === '...') source += '[^]*';
    else if (name.startsWith('capture:')) {
      names.push(name.slice('capture:'.length));
      source += '([^]*)';
    } else source += quoted(known(name, learnt));
  }
  source += quoted(pattern.slice(at));
  const match = new RegExp(`^${source}$`).exec(text);
  if (match === null) return false;
  for (const [index, name] of names.entries()) learnt.set(name, match[index + 1] ?? '');
  return true;
}

const shown = (pattern: string, learnt: Captures) =>
  pattern.replace(hole, (all, name?: string) => (name === undefined ? '{' : (learnt.get(name) ?? all)));

/** What is sent: `{x}` is what was learnt, `{{` a plain brace. `isXml`: values stand in XML. */
export function fill(text: string, captures: Captures, isXml: boolean): string {
  return text.replace(hole, (all, name?: string) => {
    if (name === undefined) return '{';
    if (/^(?:any|maybe|\.\.\.|capture:.*)$/.test(name))
      throw new XmppTranscriptError(`${all} cannot be sent`);
    const value = known(name, captures);
    return isXml ? escapeAttribute(value) : value;
  });
}

function known(name: string, captures: Captures): string {
  const value = captures.get(name);
  if (value !== undefined) return value;
  throw new XmppTranscriptError(`{${name}} is not known yet; write {{${name}} for the text itself`);
}

const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** How much a template leaves open: of a group in any order, the strictest are tried first. */
export const holesIn = (text: string): number => [...text.matchAll(hole)].length;
