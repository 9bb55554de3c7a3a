import type { Decoder, Parsers } from './decoder.ts';
import { shown } from './fault.ts';
import { wireLimits } from './limits.ts';

type OptionParsers = Parsers<(decoder: Decoder) => unknown>;

/** Modifiers of FETCH. RFC 4466 §2.4, RFC 7162 §3.1.4.1. */
export interface FetchModifiers {
  readonly changedSince: number | null;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** What STORE is told after the set. RFC 9051 §6.4.6, RFC 7162 §3.1.3. */
export interface StoreArguments {
  readonly action: 'replace' | 'add' | 'remove';
  readonly silent: boolean;
  readonly flags: readonly string[];
  readonly unchangedSince: number | null;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** Parameters of SELECT and EXAMINE. RFC 4466 §2.1, RFC 7162 §3.1.8. */
export interface SelectParameters {
  readonly condstore: boolean;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** Parameters of CREATE. RFC 6154 §3. */
export interface CreateParameters {
  /** Attributes of USE as written (`\Sent`); null without USE. */
  readonly use: readonly string[] | null;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** [SP "(" fetch-modifier … ")"], nothing at the end of the command. */
export function parseFetchModifiers(decoder: Decoder, more: OptionParsers): FetchModifiers {
  let changedSince: number | null = null;
  const builtIn = new Map([
    [
      'CHANGEDSINCE',
      () => {
        decoder.sp();
        // RFC 7162 §7 wants at least 1; 0 asks for everything and is sent by clients that know nothing yet.
        changedSince = decoder.modSequenceValzer();
      },
    ],
  ]);
  const extensions = parseOptions(decoder, builtIn, more, 'FETCH modifier');
  return { changedSince, extensions };
}

/** ["(" store-modifier … ")" SP] ["+" / "-"] FLAGS[.SILENT] SP flags. */
export function parseStoreArguments(decoder: Decoder, more: OptionParsers): StoreArguments {
  let unchangedSince: number | null = null;
  let extensions = new Map<string, unknown>();
  if (decoder.peek() === '(') {
    const builtIn = new Map([
      [
        'UNCHANGEDSINCE',
        () => {
          decoder.sp();
          unchangedSince = decoder.modSequenceValzer();
        },
      ],
    ]);
    extensions = parseOptionList(decoder, builtIn, more, 'STORE modifier');
    decoder.sp();
  }
  const action = decoder.tryChar('+') ? 'add' : decoder.tryChar('-') ? 'remove' : 'replace';
  const start = decoder.offset;
  const word = decoder.keyword('FLAGS or FLAGS.SILENT');
  if (word !== 'FLAGS' && word !== 'FLAGS.SILENT') {
    decoder.fault(`expected FLAGS or FLAGS.SILENT, found ${shown(word)}`, start);
  }
  decoder.sp();
  const flags = decoder.peek() === '(' ? decoder.flagList() : bareFlags(decoder);
  return { action, silent: word === 'FLAGS.SILENT', flags, unchangedSince, extensions };
}

/** flag *(SP flag), the form of STORE without parentheses. */
function bareFlags(decoder: Decoder): string[] {
  const flags = [decoder.flag()];
  while (decoder.tryChar(' ')) {
    if (flags.length >= wireLimits.flagsMax) decoder.fault(`more than ${wireLimits.flagsMax} flags`);
    flags.push(decoder.flag());
  }
  return decoder.distinctFlags(flags);
}

/** [SP "(" select-param … ")"]. */
export function parseSelectParameters(decoder: Decoder, more: OptionParsers): SelectParameters {
  let condstore = false;
  const builtIn = new Map([
    [
      'CONDSTORE',
      () => {
        condstore = true;
      },
    ],
  ]);
  const extensions = parseOptions(decoder, builtIn, more, 'SELECT parameter');
  return { condstore, extensions };
}

/** [SP "(" create-param … ")"]. */
export function parseCreateParameters(decoder: Decoder, more: OptionParsers): CreateParameters {
  let use: string[] | null = null;
  const builtIn = new Map([
    [
      'USE',
      () => {
        decoder.sp();
        use = decoder.list(useAttribute, { max: wireLimits.optionsMax, what: 'USE attributes' });
      },
    ],
  ]);
  const extensions = parseOptions(decoder, builtIn, more, 'CREATE parameter');
  return { use, extensions };
}

function useAttribute(decoder: Decoder): string {
  decoder.char('\\');
  return `\\${decoder.atom('a special-use attribute')}`;
}

/** "(" *(string SP nstring) ")" / NIL; field names in lower case, the last of a name counts. RFC 2971 §3.1. */
export function parseIdParameters(decoder: Decoder): Map<string, string | null> {
  const fields = new Map<string, string | null>();
  if (decoder.tryKeyword('NIL')) return fields;
  const read = () => {
    const start = decoder.offset;
    const name = decoder.string();
    decoder.sp();
    const value = decoder.nstring();
    if (Buffer.byteLength(name) > wireLimits.idFieldBytesMax) {
      decoder.fault(`an ID field name of more than ${wireLimits.idFieldBytesMax} octets`, start);
    }
    if (Buffer.byteLength(value ?? '') > wireLimits.idValueBytesMax) {
      decoder.fault(`an ID value of more than ${wireLimits.idValueBytesMax} octets`, start);
    }
    fields.set(name.toLowerCase(), value);
  };
  decoder.list(read, { max: wireLimits.idPairsMax, what: 'ID fields' });
  return fields;
}

function parseOptions(
  decoder: Decoder,
  builtIn: ReadonlyMap<string, () => void>,
  more: OptionParsers,
  what: string,
): Map<string, unknown> {
  if (decoder.atEnd) return new Map();
  decoder.sp();
  return parseOptionList(decoder, builtIn, more, what);
}

/** "(" name [SP value] *(SP name [SP value]) ")"; each name once. RFC 4466 §3. */
function parseOptionList(
  decoder: Decoder,
  builtIn: ReadonlyMap<string, () => void>,
  more: OptionParsers,
  what: string,
): Map<string, unknown> {
  const extensions = new Map<string, unknown>();
  const seen = new Set<string>();
  const read = () => {
    const start = decoder.offset;
    const name = decoder.keyword(`a ${what}`);
    if (seen.has(name)) decoder.fault(`the ${what} ${shown(name)} stands twice`, start);
    seen.add(name);
    const parser = more.get(name);
    const own = builtIn.get(name);
    if (parser) extensions.set(name, parser(decoder));
    else if (own) own();
    else decoder.fault(`unknown ${what} ${shown(name)}`, start);
  };
  decoder.list(read, { min: 1, max: wireLimits.optionsMax, what: `${what}s` });
  return extensions;
}
