import { addressesMax, entryTokensMax } from './limits.ts';
import { Lexer, type Token } from './tokens.ts';

/** One mailbox of a header field. Texts are raw: encoded words (RFC 2047) are left for the reader. */
export interface AddressItem {
  kind: 'mailbox';
  /** Display name without quoting; the trailing comment where there is no phrase. */
  name: string | null;
  /** Source route of RFC 5322 §4.4 (`@a,@b`). */
  route: string | null;
  /** Local part without quoting. */
  local: string;
  /** Domain as written, '' where there is none. */
  domain: string;
}

export interface AddressGroup {
  kind: 'group';
  name: string;
  members: AddressItem[];
}

export type AddressEntry = AddressItem | AddressGroup;

interface Draft {
  before: Token[];
  inside: Token[];
  angle: 'none' | 'open' | 'closed';
  comment: string | null;
}

/**
 * The address-list of From, To, Cc … (RFC 5322 §3.4 with §4.4, RFC 6532). Never throws: what breaks the grammar
 * becomes its best reading. Linear in the text; at most `addressesMax` entries.
 */
export function parseAddressList(text: string): AddressEntry[] {
  return new ListParser(text).parse();
}

class ListParser {
  readonly #lexer: Lexer;
  readonly #entries: AddressEntry[] = [];
  #group: AddressGroup | null = null;
  #draft: Draft = emptyDraft();
  #count = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  parse(): AddressEntry[] {
    const lexer = this.#lexer;
    let gap = false;
    for (;;) {
      gap = lexer.skipSpace() || gap;
      if (lexer.pos >= lexer.text.length || this.#count >= addressesMax) break;
      gap = this.#step(lexer.text[lexer.pos] ?? '', gap);
    }
    this.#endEntry();
    this.#endGroup();
    return this.#entries;
  }

  /** Reads one piece; answers whether it stands for white space to what follows. */
  #step(char: string, gap: boolean): boolean {
    const lexer = this.#lexer;
    if (char === '(') {
      const comment = lexer.comment();
      if (comment === undefined) return this.#atom(gap);
      this.#draft.comment = comment;
      return true;
    }
    if (char === '"') {
      const content = lexer.quoted();
      if (content === undefined) return this.#atom(gap);
      return this.#push({ kind: 'quoted', text: content, gap });
    }
    if (char === '[' && isSpecial(this.#last(), '@')) {
      const literal = lexer.literal();
      return literal === undefined ? this.#atom(gap) : this.#push({ kind: 'literal', text: literal, gap });
    }
    if ('<>,;:'.includes(char)) return this.#delimiter(char, gap);
    if (char === '@' || char === '.') {
      lexer.pos++;
      return this.#push({ kind: 'special', text: char, gap });
    }
    return this.#atom(gap);
  }

  #delimiter(char: string, gap: boolean): boolean {
    const draft = this.#draft;
    const inRoute = draft.angle === 'open' && isSpecial(draft.inside[0], '@');
    this.#lexer.pos++;
    if (char === '<' && draft.angle === 'none') draft.angle = 'open';
    else if (char === '>' && draft.angle === 'open') draft.angle = 'closed';
    else if ((char === ',' || char === ':') && inRoute)
      return this.#push({ kind: 'special', text: char, gap });
    else if (char === ',') this.#endEntry();
    else if (char === ';') {
      this.#endEntry();
      this.#endGroup();
    } else if (char === ':' && this.#startsGroup()) {
      this.#group = { kind: 'group', name: phrase(draft.before), members: [] };
      this.#count++;
      this.#draft = emptyDraft();
    } else if (char === ':') return this.#push({ kind: 'atom', text: char, gap });
    return true;
  }

  #startsGroup(): boolean {
    const { before, angle } = this.#draft;
    return this.#group === null && angle === 'none' && before.length > 0 && lastAt(before) < 0;
  }

  #atom(gap: boolean): boolean {
    return this.#push({ kind: 'atom', text: this.#lexer.atom(), gap });
  }

  #push(token: Token): boolean {
    const { before, inside, angle } = this.#draft;
    const list = angle === 'none' ? before : inside;
    if (angle !== 'closed' && list.length < entryTokensMax) list.push(token);
    return false;
  }

  #last(): Token | undefined {
    const { before, inside, angle } = this.#draft;
    return (angle === 'none' ? before : inside).at(-1);
  }

  #endEntry(): void {
    const item = readEntry(this.#draft);
    this.#draft = emptyDraft();
    if (!item) return;
    this.#count++;
    if (this.#group) this.#group.members.push(item);
    else this.#entries.push(item);
  }

  #endGroup(): void {
    if (this.#group) this.#entries.push(this.#group);
    this.#group = null;
  }
}

function emptyDraft(): Draft {
  return { before: [], inside: [], angle: 'none', comment: null };
}

function readEntry(draft: Draft): AddressItem | undefined {
  if (draft.angle === 'none') return readBare(draft.before, draft.comment);
  const { route, rest } = splitRoute(draft.inside);
  const at = lastAt(rest);
  const local = joined(at < 0 ? rest : rest.slice(0, at));
  const domain = at < 0 ? '' : joined(rest.slice(at + 1));
  const name = phrase(draft.before) || draft.comment || null;
  if (name === null && local === '' && domain === '') return undefined;
  return { kind: 'mailbox', name, route, local, domain };
}

/** An addr-spec without angle brackets; words that stand apart before or after it are its name. */
function readBare(tokens: Token[], comment: string | null): AddressItem | undefined {
  if (tokens.length === 0) return undefined;
  const at = lastAt(tokens);
  if (at < 0) return { kind: 'mailbox', name: comment, route: null, local: phrase(tokens), domain: '' };
  let start = at;
  while (start > 0 && adjoins(tokens, start, at)) start--;
  let end = at + 1;
  while (end < tokens.length && (end === at + 1 || adjoins(tokens, end, at + 1))) end++;
  const apart = phrase(tokens.slice(0, start)) || phrase(tokens.slice(end));
  return {
    kind: 'mailbox',
    name: apart || comment || null,
    route: null,
    local: joined(tokens.slice(start, at)),
    domain: joined(tokens.slice(at + 1, end)),
  };
}

/** Whether tokens[i - 1] and tokens[i] belong together: no gap, or one beside a dot or before the '@' (obs). */
function adjoins(tokens: Token[], i: number, edge: number): boolean {
  const left = tokens[i - 1];
  const right = tokens[i];
  if (!left || !right) return false;
  return !right.gap || i === edge || isSpecial(right, '.') || isSpecial(left, '.');
}

function splitRoute(inside: Token[]): { route: string | null; rest: Token[] } {
  if (!isSpecial(inside[0], '@')) return { route: null, rest: inside };
  const colon = inside.findIndex((t) => isSpecial(t, ':'));
  if (colon < 0) return { route: null, rest: inside };
  return { route: joined(inside.slice(0, colon)), rest: inside.slice(colon + 1) };
}

function lastAt(tokens: Token[]): number {
  return tokens.findLastIndex((t) => isSpecial(t, '@'));
}

function isSpecial(token: Token | undefined, char: string): boolean {
  return token?.kind === 'special' && token.text === char;
}

function joined(tokens: Token[]): string {
  return tokens.map((t) => t.text).join('');
}

function phrase(tokens: Token[]): string {
  let text = '';
  for (const token of tokens) text += (token.gap && text !== '' ? ' ' : '') + token.text;
  return text;
}
