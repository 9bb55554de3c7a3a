import type { Decoder, Parsers } from './decoder.ts';
import { shown } from './fault.ts';
import { wireLimits } from './limits.ts';

/** What STATUS can be asked for; an extension's items come by the caller's list. RFC 9051 §6.3.11, RFC 3501, RFC 7162. */
export const statusItems = [
  'MESSAGES',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'DELETED',
  'SIZE',
  'RECENT',
  'HIGHESTMODSEQ',
] as const;

export type StatusItem = (typeof statusItems)[number] | (string & {});

export type SelectionOption = 'SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE';
export type ReturnOption = 'SUBSCRIBED' | 'CHILDREN' | 'SPECIAL-USE';

/** The arguments of LIST. RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154. */
export interface ListArguments {
  readonly selection: ReadonlySet<SelectionOption>;
  readonly reference: string;
  /** At least one, decoded; '%' and '*' are wildcards. */
  readonly patterns: readonly string[];
  readonly returns: ReadonlySet<ReturnOption>;
  /** Items of RETURN (STATUS (…)); null without. */
  readonly status: readonly StatusItem[] | null;
  /** Options of the caller's tables, by name. */
  readonly extensions: ReadonlyMap<string, unknown>;
  /** Whether anything beyond `reference pattern` was used: extended data may be answered then. */
  readonly isExtended: boolean;
}

export interface ListTables {
  readonly selection?: Parsers<(decoder: Decoder) => unknown>;
  readonly returns?: Parsers<(decoder: Decoder) => unknown>;
  /** STATUS items of extensions, upper case. */
  readonly status?: ReadonlySet<string>;
}

const selectionWords: readonly SelectionOption[] = ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE'];
const returnWords: readonly ReturnOption[] = ['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE'];

/** [(selection options) SP] reference SP pattern(s) [SP RETURN (…)]. */
export function parseListArguments(decoder: Decoder, tables: ListTables): ListArguments {
  const extensions = new Map<string, unknown>();
  const selection = new Set<SelectionOption>();
  let isExtended = false;
  if (decoder.peek() === '(') {
    isExtended = true;
    parseSelection(decoder, tables, selection, extensions);
    decoder.sp();
  }
  const reference = decoder.mailbox();
  decoder.sp();
  let patterns: string[];
  if (decoder.peek() === '(') {
    isExtended = true;
    patterns = decoder.list((d) => d.listMailbox(), {
      min: 1,
      max: wireLimits.listPatternsMax,
      what: 'patterns',
    });
  } else {
    patterns = [decoder.listMailbox()];
  }
  const returns = new Set<ReturnOption>();
  let status: StatusItem[] | null = null;
  if (decoder.tryChar(' ')) {
    isExtended = true;
    if (!decoder.tryKeyword('RETURN')) decoder.faultExpected('RETURN');
    decoder.sp();
    status = parseReturns(decoder, tables, returns, extensions);
  }
  return { selection, reference, patterns, returns, status, extensions, isExtended };
}

function parseSelection(
  decoder: Decoder,
  tables: ListTables,
  selection: Set<SelectionOption>,
  extensions: Map<string, unknown>,
): void {
  const open = decoder.offset;
  const read = () => {
    const start = decoder.offset;
    const name = decoder.keyword('a LIST selection option');
    const known = selectionWords.find((word) => word === name);
    const parser = tables.selection?.get(name);
    if (known) selection.add(known);
    else if (parser) extensions.set(name, parser(decoder));
    else decoder.fault(`unknown LIST selection option ${shown(name)}`, start);
  };
  decoder.list(read, { max: wireLimits.optionsMax, what: 'LIST selection options' });
  const hasBase = selection.has('SUBSCRIBED') || selection.has('SPECIAL-USE') || extensions.size > 0;
  if (selection.has('RECURSIVEMATCH') && !hasBase) {
    decoder.fault('RECURSIVEMATCH needs a selection such as SUBSCRIBED beside it', open); // RFC 9051 §6.3.9.1
  }
}

function parseReturns(
  decoder: Decoder,
  tables: ListTables,
  returns: Set<ReturnOption>,
  extensions: Map<string, unknown>,
): StatusItem[] | null {
  let status: StatusItem[] | null = null;
  const read = () => {
    const start = decoder.offset;
    const name = decoder.keyword('a LIST return option');
    const known = returnWords.find((word) => word === name);
    const parser = tables.returns?.get(name);
    if (known) {
      returns.add(known);
    } else if (parser) {
      extensions.set(name, parser(decoder));
    } else if (name === 'STATUS') {
      decoder.sp();
      status = parseStatusItems(decoder, tables.status);
    } else {
      decoder.fault(`unknown LIST return option ${shown(name)}`, start);
    }
  };
  decoder.list(read, { max: wireLimits.optionsMax, what: 'LIST return options' });
  return status;
}

/** "(" status-att *(SP status-att) ")", each once. RFC 9051 §9 status. */
export function parseStatusItems(decoder: Decoder, more: ReadonlySet<string> = new Set()): StatusItem[] {
  const read = () => {
    const start = decoder.offset;
    const name = decoder.keyword('a STATUS item');
    const known = statusItems.find((item) => item === name);
    if (known === undefined && !more.has(name)) decoder.fault(`unknown STATUS item ${shown(name)}`, start);
    return name;
  };
  const items = decoder.list(read, { min: 1, max: wireLimits.optionsMax, what: 'STATUS items' });
  return [...new Set(items)];
}
