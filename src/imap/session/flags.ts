import { flagBits, type MessageRow } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import { changeableFlags } from '../names/rights.ts';

const systemFlags: readonly (readonly [string, number])[] = [
  ['\\Answered', flagBits.answered],
  ['\\Flagged', flagBits.flagged],
  ['\\Deleted', flagBits.deleted],
  ['\\Seen', flagBits.seen],
  ['\\Draft', flagBits.draft],
];
const bitOf = new Map(systemFlags);

/** Keywords that clients share (RFC 9051 §2.3.2); any other may be made too. */
export const commonKeywords: readonly string[] = ['$Forwarded', '$MDNSent', '$Junk', '$NotJunk', '$Phishing'];

/** What FLAGS says of a mailbox with these keywords. */
export function listedFlags(keywords: readonly string[]): string[] {
  return [...systemFlags.map(([name]) => name), ...keywords];
}

/** What PERMANENTFLAGS says to a member with these rights: flags it may change, and `\*` where it may make keywords. */
export function permanentFlags(rights: string, keywords: readonly string[]): string[] {
  const may = changeableFlags(rights);
  const system = systemFlags.filter(([, bit]) => (bit & may.flags) !== 0).map(([name]) => name);
  return may.keywords ? [...system, ...keywords, '\\*'] : system;
}

/** Every combination of system flags as text, made once: FETCH FLAGS of a mailbox then only looks up. */
const textOfBits: readonly string[] = Array.from({ length: 32 }, (_, bits) =>
  systemFlags
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(' '),
);

/** `\Seen $Forwarded \Recent`, ready to stand in parentheses. */
export function flagText(row: Pick<MessageRow, 'flags' | 'keywords'>, recent: boolean): string {
  let text = textOfBits[row.flags & 31] ?? '';
  if (row.keywords !== '') text = text === '' ? row.keywords : `${text} ${row.keywords}`;
  if (recent) text = text === '' ? '\\Recent' : `${text} \\Recent`;
  return text;
}

/** Flags of a command as the store keeps them. */
export function splitFlags(flags: readonly string[]): { flags: number; keywords: string[] } {
  let bits = 0;
  const keywords: string[] = [];
  for (const flag of flags) {
    if (!flag.startsWith('\\')) {
      keywords.push(flag);
      continue;
    }
    const bit = bitOf.get(flag);
    // RFC 3501 §2.3.2: \Recent cannot be altered; old clients hand it back with APPEND.
    if (bit === undefined && flag !== '\\Recent') {
      throw new Refusal('only the system flags of RFC 9051 may begin with a backslash', 'CANNOT', 'BAD');
    }
    bits |= bit ?? 0;
  }
  return { flags: bits, keywords };
}

/** The bit of a system flag, undefined for a keyword. */
export function systemBit(flag: string): number | undefined {
  return bitOf.get(flag);
}
