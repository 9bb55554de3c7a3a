import type { Decoder } from './decoder.ts';
import { shown } from './fault.ts';
import { wireLimits } from './limits.ts';

/** The name of an annotation: whose view of it, and its path in lower case, `/comment`; '' for all of them. RFC 5464 §3.2. */
export interface MetadataEntry {
  readonly scope: 'private' | 'shared';
  readonly path: string;
}

/** Which annotations of a mailbox are wanted. */
export interface MetadataSelection {
  readonly entries: readonly MetadataEntry[];
  /** Octets; null without. */
  readonly sizeMax: number | null;
  readonly depth: 0 | 1 | 'infinity';
}

/** All that follows `GETMETADATA SP`. RFC 5464 §5. */
export interface GetMetadataArguments extends MetadataSelection {
  /** '' for annotations of the server. */
  readonly mailbox: string;
}

/** All that follows `SETMETADATA SP`; a value of null removes the annotation. */
export interface SetMetadataArguments {
  readonly mailbox: string;
  readonly entries: readonly (MetadataEntry & { readonly value: Buffer | null })[];
}

const depths = new Map<string, MetadataSelection['depth']>([
  ['0', 0],
  ['1', 1],
  ['INFINITY', 'infinity'],
]);

/** [options SP] mailbox SP [options SP] entries: the examples of RFC 5464 put the options behind the mailbox. */
export function parseGetMetadata(decoder: Decoder): GetMetadataArguments {
  const options = readOptions(decoder);
  const mailbox = decoder.mailbox();
  decoder.sp();
  return { mailbox, ...parseMetadataSelection(decoder), ...options };
}

/** [options SP] entries; LIST takes them too (RFC 9590 §5). */
export function parseMetadataSelection(decoder: Decoder): MetadataSelection {
  const options = readOptions(decoder);
  const read = () => entryName(decoder, 1);
  const bounds = { min: 1, max: wireLimits.metadataEntriesMax, what: 'annotations' };
  const entries = decoder.peek() === '(' ? decoder.list(read, bounds) : [read()];
  return { entries, sizeMax: null, depth: 0, ...options };
}

type Options = Partial<Pick<MetadataSelection, 'sizeMax' | 'depth'>>;

/** "(" "MAXSIZE" SP number / "DEPTH" SP depth … ")" SP; null where something else stands here. */
function readOptions(decoder: Decoder): Options | null {
  if (!decoder.lookingAt('(MAXSIZE ') && !decoder.lookingAt('(DEPTH ')) return null;
  let options: Options = {};
  const read = () => {
    const start = decoder.offset;
    const word = decoder.keyword('MAXSIZE or DEPTH');
    decoder.sp();
    if (word === 'MAXSIZE') options = { ...options, sizeMax: decoder.number() };
    else if (word === 'DEPTH') options = { ...options, depth: readDepth(decoder) };
    else decoder.fault(`unknown option of GETMETADATA ${shown(word)}`, start);
  };
  decoder.list(read, { max: wireLimits.optionsMax, what: 'options' });
  decoder.sp();
  return options;
}

function readDepth(decoder: Decoder): MetadataSelection['depth'] {
  const start = decoder.offset;
  const depth = depths.get(decoder.keyword('a depth'));
  return depth ?? decoder.fault("a depth is 0, 1 or 'infinity'", start);
}

/** mailbox SP "(" entry SP value *(SP entry SP value) ")". */
export function parseSetMetadata(decoder: Decoder): SetMetadataArguments {
  const mailbox = decoder.mailbox();
  decoder.sp();
  const read = () => {
    const entry = entryName(decoder, 2);
    decoder.sp();
    return { ...entry, value: value(decoder) };
  };
  const bounds = { min: 1, max: wireLimits.metadataEntriesMax, what: 'annotations' };
  return { mailbox, entries: decoder.list(read, bounds) };
}

/** nstring / literal8: any octets. */
function value(decoder: Decoder): Buffer | null {
  if (decoder.tryKeyword('NIL')) return null;
  if (!decoder.atLiteral) return decoder.stringBytes();
  const start = decoder.offset;
  const literal = decoder.takeLiteral();
  if (literal.kind === 'spooled') decoder.fault('an annotation of this size is too large', start);
  if (!literal.binary && literal.bytes.includes(0))
    decoder.fault('a literal holds NUL; send a literal8', start);
  return literal.bytes;
}

/** RFC 5464 §3.2: ASCII, no `*` or `%`, no empty component, at least `componentsMin` of them, `/private` or `/shared` first. */
function entryName(decoder: Decoder, componentsMin: number): MetadataEntry {
  const start = decoder.offset;
  const name = decoder.astring('the name of an annotation').toLowerCase();
  const [empty, scope, ...rest] = name.split('/');
  const isPlain = /^[\x20-\x7e]+$/.test(name) && !/[*%]/.test(name);
  if (name.length > wireLimits.metadataNameBytesMax || !isPlain || empty !== '' || rest.includes('')) {
    return decoder.fault('that is no name of an annotation', start);
  }
  if (scope !== 'private' && scope !== 'shared') {
    return decoder.fault("annotations begin with '/private' or '/shared'", start);
  }
  // RFC 5464 §3.2.1.1: below `vendor` stand the vendor's token and a name.
  const least = rest[0] === 'vendor' && componentsMin > 1 ? 4 : componentsMin;
  if (rest.length + 1 < least) return decoder.fault('the name of an annotation goes deeper', start);
  return { scope, path: rest.map((component) => `/${component}`).join('') };
}
