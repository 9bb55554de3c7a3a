import type { Difference } from './run.ts';

/** Where we answer otherwise than Dovecot, and may. */
interface Rule {
  /** The section that allows or asks for our answer. */
  readonly rfc: string;
  readonly why: string;
  matches(difference: Difference): boolean;
}

const isStructure = ({ what }: Difference) => /^fetch \d+ BODY(STRUCTURE)?$/.test(what);
const isCode = ({ what }: Difference) => what === 'code';
/** All that they found we found too. */
const holds = (ours = '', theirs = '') =>
  (theirs.match(/\d+/g) ?? []).every((found) => new RegExp(`\\b${found}\\b`).test(ours));
const isStatus = ({ what }: Difference) => what === 'status';

export const rules: readonly Rule[] = [
  {
    rfc: 'RFC 5530 §3',
    why: 'Codes that say why are optional; we send NONEXISTENT, CANNOT and their like where Dovecot sends none or another.',
    matches: (d) => isCode(d) && (d.theirs === '' || isOptional(d.theirs)) && isOptional(d.ours),
  },
  {
    rfc: 'RFC 9051 §6.3.3',
    why: 'A mailbox opened by EXAMINE admits no change: we say NO [CANNOT], Dovecot OK and does nothing.',
    matches: (d) =>
      d.readOnly &&
      /STORE|EXPUNGE|MOVE/.test(d.verb) &&
      ((isStatus(d) && d.ours === 'NO') || (isCode(d) && d.ours === 'CANNOT')),
  },
  {
    rfc: 'RFC 2342 §5',
    why: "NAMESPACE names where others' mailboxes and the co-op's are found; this Dovecot has one namespace only.",
    matches: (d) => d.what === 'NAMESPACE' && d.theirs === '(((" "/)) NIL NIL)' && otherNamespaces(d.ours),
  },
  {
    rfc: 'RFC 7162 §3.1.2.1, §3.2.8',
    why: 'HIGHESTMODSEQ may be told with any command; EXPUNGE that removed something must tell it (client.ts sees to it), CLOSE must not.',
    matches: (d) =>
      isCode(d) &&
      [d.ours, d.theirs].sort().join() === ',HIGHESTMODSEQ' &&
      !(d.verb === 'CLOSE' && d.ours === 'HIGHESTMODSEQ'),
  },
  {
    rfc: 'RFC 4314 §3.5, §6',
    why: 'What is not there has no rights to be told; Dovecot tells those that a mailbox of that name would have.',
    matches: (d) => d.verb === 'MYRIGHTS' && (d.ours === 'NO' || d.ours === undefined),
  },
  {
    rfc: 'RFC 8970 §3.1',
    why: 'PREVIEW (LAZY) may be NIL where the server would have to work for it; ours are made at delivery.',
    matches: (d) => /PREVIEW \(LAZY\)/.test(d.command) && d.what.endsWith('PREVIEW') && d.ours === 'some',
  },
  {
    rfc: 'RFC 5161 §3.2',
    why: 'ENABLED is answered even where nothing new was enabled; its list may be empty.',
    matches: (d) => d.what === 'ENABLED' && d.ours === '()' && d.theirs === undefined,
  },
  {
    rfc: 'RFC 7162 §3.2.11, RFC 9051 §7.1',
    why: 'CLOSED is told by every server with CONDSTORE when SELECT leaves a mailbox; Dovecot waits for QRESYNC.',
    matches: (d) => d.what === 'untagged CLOSED' && d.theirs === undefined,
  },
  {
    rfc: 'RFC 6154 §2',
    why: 'Special uses are told by LIST; LSUB says nothing of them.',
    matches: (d) => d.verb === 'LSUB' && withoutUse(d.ours) === withoutUse(d.theirs),
  },
  {
    rfc: 'RFC 9051 §9 nstring, section-msgtext',
    why: 'A section that the message does not have is NIL; Dovecot answers the empty string for those of a part that is no message.',
    matches: (d) => /^fetch \d+ (BODY|BINARY)\[/.test(d.what) && d.ours === 'NIL' && d.theirs === '"',
  },
  {
    rfc: 'RFC 9051 §9 command-any, command-auth',
    why: 'A command that takes no arguments ends after its name; Dovecot passes over what follows.',
    matches: (d) =>
      /( extra| junk|NOOP |ENABLE)$/.test(d.command) && (d.ours === 'BAD' || d.ours === undefined),
  },
  {
    rfc: 'RFC 5322 §4.4',
    why: 'Spaces around the dots of an address are obsolete and still read; Dovecot gives up on the address.',
    matches: (d) =>
      /(ENVELOPE|BODY|BODYSTRUCTURE)$/.test(d.what) && (d.theirs?.includes('spaces. in . local') ?? false),
  },
  {
    rfc: 'RFC 3501 §6.4.4, RFC 5322 §4.4',
    why: 'FROM and its like look in the addresses of the envelope, which such an address has for us and not for Dovecot.',
    matches: (d) =>
      /\b(FROM|TO|CC|BCC) example\.org/.test(d.command) && /^(E?SEARCH|SORT|THREAD)/.test(d.what),
  },
  {
    rfc: 'RFC 9051 §6.4.4',
    why: 'Of a message whose body is a message the header inside is body; Dovecot leaves it out of BODY.',
    matches: (d) =>
      /\bBODY example\.org/.test(d.command) &&
      /^(E?SEARCH|SORT|THREAD)/.test(d.what) &&
      holds(d.ours, d.theirs),
  },
  {
    rfc: 'RFC 2046 §4.1.2',
    why: 'Text that names no charset and is no UTF-8 is searched as ISO 8859-1; Dovecot finds no letter of it beyond ASCII.',
    matches: (d) =>
      /\b(TEXT|BODY) "?d\S+lice/.test(d.command) &&
      /^(E?SEARCH|SORT|THREAD)/.test(d.what) &&
      holds(d.ours, d.theirs),
  },
  {
    rfc: 'RFC 5256 §3',
    why: 'REVERSE does not turn around messages whose keys are the same; an empty Subject and none are the same to us, not to Dovecot.',
    matches: (d) =>
      /REVERSE SUBJECT/.test(d.command) &&
      /^(SORT|ESEARCH)/.test(d.what) &&
      numbersOf(d.ours) === numbersOf(d.theirs),
  },
  {
    rfc: 'RFC 9051 §7.5.2',
    why: 'A part that names no charset is told without one; Dovecot adds the default. The last line counts even without a line end.',
    matches: (d) => isStructure(d) && plainStructure(d.ours) === plainStructure(d.theirs),
  },
  {
    rfc: 'RFC 9051 §6.4.7, §6.4.8',
    why: 'A mailbox that is missing is told even where the set names no message; Dovecot asks for it only then.',
    matches: (d) =>
      /COPY|MOVE/.test(d.verb) &&
      ((isStatus(d) && d.ours === 'NO') || (isCode(d) && d.ours === 'TRYCREATE')) &&
      d.theirs !== 'BAD',
  },
  {
    rfc: 'RFC 9051 §6.4.4',
    why: 'A message without a readable Date was sent neither before nor after any day; to Dovecot it was sent in 1970.',
    matches: (d) => /SENT(BEFORE|ON|SINCE)/.test(d.command) && /SEARCH|SORT|THREAD/.test(d.what),
  },
  {
    rfc: 'RFC 3501 §6.3.9',
    why: 'A subscribed name that is no mailbox any more is told as \\Noselect; Dovecot tells it bare.',
    matches: (d) => d.verb === 'LSUB' && d.ours?.replace('\\noselect', '').trim() === d.theirs?.trim(),
  },
  {
    rfc: 'RFC 5258 §4',
    why: 'RETURN (SUBSCRIBED) marks every subscribed name; Dovecot forgets INBOX where it is named among other patterns.',
    matches: (d) =>
      d.what === 'LIST INBOX' &&
      d.ours?.replace('\\subscribed ', '').replace('\\hasnochildren ', '').trim() === d.theirs?.trim(),
  },
  {
    rfc: 'RFC 2046 §5.1.1',
    why: 'A header inside a part that ends without an empty line keeps its last line end, which the delimiter claims too.',
    matches: (d) =>
      /^fetch \d+ BODY\[[\d.]+\.(HEADER|MIME)\]/.test(d.what) &&
      ['\r\n', '\r'].some((end) => d.ours === `${d.theirs}${end}`),
  },
  {
    rfc: 'RFC 9051 §6.4.5.1',
    why: 'The empty line that ends a header is not made up for a message that has none; Dovecot adds it.',
    matches: (d) =>
      /\[HEADER\.FIELDS(\.NOT)? \(/.test(d.what) &&
      // Only such messages are made with this field, or leave nothing where fields are chosen.
      (d.ours === '"' || (d.ours?.includes('X-Text: ') ?? false)) &&
      /^\r?\n?$/.test(d.theirs?.slice(d.ours?.length) ?? '-'),
  },
  {
    rfc: 'RFC 5322 §2.2',
    why: 'A line without a colon is no field and ends the header for us; Dovecot tells it among the fields that were not named.',
    matches: (d) =>
      /\[HEADER\.FIELDS\.NOT/.test(d.what) &&
      (d.theirs === d.ours?.replace('"', '"--1\r\n') ||
        ((d.ours?.startsWith('"X-Text: ') ?? false) &&
          (d.theirs?.startsWith(d.ours?.slice(0, -2) ?? '-') ?? false))),
  },
  {
    rfc: 'RFC 9051 §5.1',
    why: 'INBOX is there from the first day; Dovecot tells it as \\NonExistent until it is used.',
    matches: (d) =>
      d.verb === 'LIST' && /^(LIST|STATUS) INBOX/.test(d.what) && !d.ours?.includes('\\nonexistent'),
  },
  {
    rfc: 'RFC 9051 §6.4.5',
    why: 'A partial of chosen fields may begin between CR and LF; Dovecot then counts from another octet.',
    matches: (d) =>
      /\[HEADER\.FIELDS.*<\d+>$/.test(d.what) &&
      (d.ours?.startsWith('"\n') ?? false) &&
      /^"\r?$/.test(d.theirs ?? ''),
  },
  {
    rfc: 'RFC 5182 §2.1',
    why: 'SAVE alone is answered by the tagged OK only; Dovecot sends an ESEARCH for the MODSEQ.',
    matches: (d) =>
      d.command.includes('RETURN (SAVE)') && d.what.startsWith('ESEARCH') && d.ours === undefined,
  },
  {
    rfc: 'RFC 8474 §4.1, §4.2',
    why: 'CREATE, SELECT and EXAMINE tell the MAILBOXID; this Dovecot has no OBJECTID.',
    matches: (d) =>
      (d.what === 'untagged MAILBOXID' && d.theirs === undefined) || (isCode(d) && d.ours === 'MAILBOXID'),
  },
  {
    rfc: 'RFC 9051 §6.3.4',
    why: 'INBOX cannot be created; Dovecot makes it when it is first used.',
    matches: (d) => d.command.toUpperCase().endsWith('CREATE INBOX') && (d.ours === 'NO' || isCode(d)),
  },
  {
    rfc: 'RFC 9051 §9 seq-number',
    why: "In an empty mailbox '*' names no message and is BAD, as every number is.",
    matches: (d) => isStatus(d) && !d.verb.startsWith('UID') && d.ours === 'BAD' && d.command.includes('*'),
  },
  {
    rfc: 'RFC 9051 §6.4.5.1',
    why: 'A leaf has no parts below it: 1.1 of a text in part 1 is NIL and of size 0; Dovecot gives the leaf itself.',
    matches: (d) =>
      (/^fetch \d+ BODY\[\d(\.\d)*(\.MIME)?\](<\d+>)?$/.test(d.what) && d.ours === 'NIL') ||
      (/^fetch \d+ BINARY\[/.test(d.what) && d.ours === 'NIL') ||
      (/^fetch \d+ BINARY\.SIZE\[/.test(d.what) && d.ours === '0'),
  },
  {
    rfc: 'RFC 3516 §4.1, RFC 9051 §6.4.5',
    why: 'BINARY undoes the encoding of the part asked for; Dovecot goes into messages and multiparts too, and gives up where it cannot.',
    matches: (d) =>
      /BINARY/.test(d.command) &&
      (/BINARY/.test(d.what) ||
        (d.ours === 'OK' && d.theirs === 'NO') ||
        d.theirs === 'PARSE' ||
        d.theirs === 'UNKNOWN-CTE'),
  },
  {
    rfc: 'RFC 9051 §6.3.9',
    why: 'The root of a reference that is not rooted may be empty; Dovecot repeats the reference.',
    matches: (d) => /^LIST (Lists|Work)?\/?$/.test(d.what) && d.command.endsWith(' ""'),
  },
  {
    rfc: 'RFC 9051 §6.3.9',
    why: 'What a pattern that begins with the delimiter means after a reference is left to the server: we put it behind, Dovecot begins at the root.',
    matches: (d) => /^LIST|LSUB/.test(d.verb) && /(Work|Lists)\/?"? "?\/\*/.test(d.command),
  },
  {
    rfc: 'RFC 9051 §7.5.2',
    why: 'An address without a domain has the empty string there: NIL would begin a group. Dovecot makes up MISSING_DOMAIN.',
    matches: (d) =>
      /ENVELOPE|BODYSTRUCTURE|BODY$/.test(d.what) && plainStructure(d.ours) === plainStructure(d.theirs),
  },
  {
    rfc: 'draft-ietf-morg-inthread-01',
    why: 'REFS leaves open which comes first of threads whose latest messages were sent at the same time.',
    matches: (d) =>
      /THREAD refs /i.test(d.command) && d.what === 'THREAD' && listsOf(d.ours) === listsOf(d.theirs),
  },
  {
    rfc: 'RFC 5256 §3',
    why: 'Of one subject the messages stand by date; Dovecot keeps the order in which parts of the mailbox were sorted.',
    matches: (d) =>
      /THREAD orderedsubject /i.test(d.command) &&
      d.what === 'THREAD' &&
      numbersOf(d.ours) === numbersOf(d.theirs),
  },
  {
    rfc: 'RFC 6154 §2, RFC 5258 §4',
    why: 'Special uses and children may be told by every LIST; Dovecot tells them in extended ones only where asked.',
    matches: (d) => d.verb === 'LIST' && withoutUse(d.ours) === withoutUse(d.theirs),
  },
];

/** Messages that break MIME, and that each server reads in its own best way; they stand here once each. */
export const messages: ReadonlyMap<string, string> = new Map([
  [
    'rfc/001.eml',
    'Dovecot drops the parameter "server" whose value holds an address (RFC 2045 §5.1 allows it quoted)',
  ],
  ['rfc/007.eml', 'last lines without an end count for us (RFC 9051 §7.5.2 "size in text lines")'],
  ['rfc/008.eml', 'the line end before a delimiter is not of an encoded message (RFC 2046 §5.1.1)'],
  ['rfc/009.eml', 'a phrase without an address is a local part to us, a name to Dovecot (RFC 5322 §3.4)'],
  [
    'malformed/001.eml',
    'an inner boundary that begins an outer one: whole lines are compared (RFC 2046 §5.1.2)',
  ],
  ['malformed/002.eml', 'the same; a multipart without any part is served as text'],
  ['malformed/004.eml', 'the same'],
  ['malformed/007.eml', 'the same'],
  ['malformed/012.eml', 'last lines without an end count for us (RFC 9051 §7.5.2)'],
  ['malformed/016.eml', 'boundaries longer than 70 octets (RFC 2046 §5.1.1) are still told apart'],
  ['malformed/017.eml', 'a missing semicolon before boundary= is forgiven; Dovecot makes up an empty type'],
  ['malformed/019.eml', 'two Date fields (RFC 5322 §3.6): the first counts for us'],
]);

/** The rule that speaks for our answer; undefined where it is a fault. */
export function explain(difference: Difference): Rule | undefined {
  return rules.find((rule) => rule.matches(difference));
}

/** The lists within the outermost one, in an order of their own. */
function listsOf(text = ''): string {
  const lists: string[] = [];
  let depth = 0;
  for (const character of text.slice(1, -1)) {
    if (character === '(') depth++;
    if (depth === 1 && character === '(') lists.push('');
    lists[lists.length - 1] += character;
    if (character === ')') depth--;
  }
  return lists
    .map((list) => list.trim())
    .sort()
    .join(' ');
}

/** The member's own without a prefix, and one more each for others' and for what is shared by all. */
function otherNamespaces(text = ''): boolean {
  return /^\(\(\(" "\/\)\) \(\("[^"]+\/ "\/\)\) \(\("[^"]+\/ "\/\)\)\)$/.test(text);
}

function numbersOf(text = ''): string {
  return [...(text.match(/\d+/g) ?? [])].sort().join(' ');
}

function isOptional(code: string | undefined): boolean {
  return [
    '',
    'NONEXISTENT',
    'ALREADYEXISTS',
    'CANNOT',
    'HASCHILDREN',
    'CLIENTBUG',
    'LIMIT',
    'TRYCREATE',
  ].includes(code ?? '');
}

/** Without the default charset and without counts of lines. */
function plainStructure(text: string | undefined): string | undefined {
  return text
    ?.replace(/\bNIL\b/g, 'nil')
    .replace(/"text "([\w-]+) \("charset "us-ascii\)/g, '"text "$1 nil')
    .replace(/missing_(domain|mailbox)/gi, '')
    .replace(/("text "[\w-]+ (?:nil|NIL|\([^()]*\)) .{0,200}? \d+) \d+/g, '$1 N');
}

function withoutUse(text: string | undefined): string | undefined {
  return text?.replace(/\\(archive|drafts|junk|sent|trash|has(no)?children) ?/g, '').trim();
}
