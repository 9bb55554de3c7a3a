import type { Piece } from './client.ts';
import { faults } from './faults.ts';
import { madeMessage, type Sample } from './messages.ts';
import { sortCommand, threadCommand } from './ordering.ts';
import type { Dice } from './random.ts';

/** What the generator has to know of a session: the numbers it makes up should often mean something. */
export interface Situation {
  readonly selected: string | null;
  readonly readOnly: boolean;
  readonly count: number;
  /** Mailboxes that some session has selected: they are not deleted or renamed under its feet. */
  readonly busy: ReadonlySet<string>;
  /** Mailboxes that are there. */
  readonly exists: ReadonlySet<string>;
  /** QRESYNC is on. */
  readonly resync: boolean;
}

export interface Step {
  readonly pieces: readonly Piece[];
  /** The verb, `UID` included; '' for what is no command. */
  readonly verb: string;
  /** The mailbox that is selected where it succeeds. */
  readonly selects?: string;
  /** Mailboxes that are there and not there where it succeeds; names below follow the latter. */
  readonly makes?: string;
  readonly unmakes?: string;
}

const folders = [
  'INBOX',
  'Work',
  'Work/a',
  'Work/a/b',
  'Lists',
  'Lists/x y',
  '&AMk-t&AOk-',
  'Tom &- Jerry',
  'Sent',
  'Archive',
];
const flags = [
  '\\Seen',
  '\\Answered',
  '\\Flagged',
  '\\Deleted',
  '\\Draft',
  '$Forwarded',
  '$Junk',
  'todo',
  'Later',
];
const dates = ['1-Feb-1994', '21-Nov-1997', '5-Jan-2026', '"29-Feb-2028"', '1-Jan-2020'];
const texts = [
  'apple',
  '"cherry pie"',
  'example.org',
  '"d\u00c3\u00a9lice"',
  '"meeting"',
  'banana',
  '""',
  'zzz',
  '"ann example"',
];
const fields = [
  'Subject',
  'From',
  'To',
  'X-Custom',
  'Message-ID',
  'Received',
  'X-Empty',
  'Missing',
  'Content-Type',
];

/** The next command, seeded. */
export function nextStep(dice: Dice, situation: Situation, samples: readonly Sample[]): Step {
  const free = anywhere(dice, situation, samples);
  const roll = dice.below(100);
  if (roll < 5) return syntaxFault(dice, situation);
  if (situation.selected === null) return roll < 55 ? select(dice, situation) : free();
  return roll < 28 ? free() : inMailbox(dice, situation)();
}

function step(verb: string, ...pieces: Piece[]): Step {
  return { verb, pieces };
}

function quoted(name: string): string {
  return /[ ]/.test(name) || name === '' ? `"${name}"` : name;
}

function mailbox(dice: Dice): Piece[] {
  const name = dice.chance(6)
    ? dice.pick(['Missing', 'inbox', 'InBox', 'work', 'Work/', '""'])
    : dice.pick(folders);
  if (name === '""') return [name];
  if (dice.chance(5)) return ['', Buffer.from(name)];
  return [dice.chance(30) ? `"${name}"` : quoted(name)];
}

/** Joins texts that stand side by side, so that pieces alternate. */
function command(verb: string, ...pieces: readonly Piece[]): Step {
  const joined: Piece[] = [verb];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  const text = typeof joined[0] === 'string' ? joined[0] : verb;
  const spelt = dice10(text) ? text.replace(verb, verb.toLowerCase()) : text;
  return { verb, pieces: [spelt, ...joined.slice(1)] };
}

/** A tenth of the commands in lower case, chosen by what they say. */
function dice10(text: string): boolean {
  return text.length % 10 === 3;
}

function select(dice: Dice, { resync }: Situation): Step {
  const verb = dice.pick(['SELECT', 'SELECT', 'SELECT', 'EXAMINE']);
  const name = dice.chance(8) ? 'Missing' : dice.pick([...folders.slice(0, 6), 'INBOX', 'INBOX']);
  const condstore = dice.chance(15) ? ' (CONDSTORE)' : '';
  const parameter = resync && dice.chance(70) ? ` (QRESYNC ($RESYNC(${name})))` : condstore;
  return { ...command(verb, ` ${quoted(name)}${parameter}`), selects: name };
}

function anywhere(dice: Dice, situation: Situation, samples: readonly Sample[]): () => Step {
  const append = () => appendStep(dice, samples);
  return dice.pick([
    append,
    append,
    append,
    append,
    () => select(dice, situation),
    () => create(dice, situation),
    () => create(dice, situation),
    () => remove(dice, situation),
    () => rename(dice, situation),
    () => command('SUBSCRIBE', ` ${quoted(dice.pick([...situation.exists]))}`),
    () => command('UNSUBSCRIBE', ` ${quoted(dice.pick(folders))}`),
    () => listStep(dice),
    () => listStep(dice),
    () => statusStep(dice),
    () => statusStep(dice),
    () => command('NOOP'),
    () => metadataStep(dice, situation),
    () => rightsStep(dice, situation),
    () => catenateStep(dice, situation),
    () =>
      command(dice.pick(['CAPABILITY', 'NAMESPACE', 'CHECK', 'CLOSE', 'UNSELECT', 'EXPUNGE', 'LOGIN a b'])),
    () => command('ENABLE', ` ${dice.pick(['CONDSTORE', 'NOTHING', 'condstore X-Y', 'QRESYNC'])}`),
    () => command('ID', dice.pick([' NIL', ' ("name" "test" "version" NIL)', ' ()'])),
  ]);
}

/** Names below what is there; who makes the levels in between is a free choice (RFC 9051 §6.3.4). */
function makeable(dice: Dice, { exists }: Situation, names: readonly string[]): string {
  const below = (name: string) => name.includes('/') && !exists.has(name.slice(0, name.lastIndexOf('/')));
  return dice.pick(names.filter((name) => !below(name)));
}

function create(dice: Dice, situation: Situation): Step {
  const name = makeable(dice, situation, [...folders, 'New', 'New/deep']);
  return { ...command('CREATE', ` ${quoted(name)}`), makes: name };
}

function remove(dice: Dice, situation: Situation): Step {
  const name = idle(dice, situation);
  const isParent = [...situation.exists].some((each) => each.startsWith(`${name}/`));
  // What a server does to a name with others below it is its own choice (RFC 9051 §6.3.5).
  if (isParent) return command('NOOP');
  return { ...command('DELETE', ` ${quoted(name)}`), unmakes: name };
}

function rename(dice: Dice, situation: Situation): Step {
  const from = idle(dice, situation);
  const to = makeable(dice, situation, [...folders.slice(1, 8), 'New', 'New/deep']);
  return { ...command('RENAME', ` ${quoted(from)} ${quoted(to)}`), unmakes: from, makes: to };
}

/** A mailbox that no session has selected, nor anything above or below it. */
function idle(dice: Dice, { busy }: Situation): string {
  const related = (name: string) =>
    [...busy].some((used) => used === name || used.startsWith(`${name}/`) || name.startsWith(`${used}/`));
  const possible = [...folders.slice(1, 8), 'Missing', 'New', 'New/deep'].filter((name) => !related(name));
  return dice.pick(possible);
}

/** One message, now and then more: all or none of them is stored (RFC 3502). */
function appendStep(dice: Dice, samples: readonly Sample[]): Step {
  const messages: Piece[] = [];
  for (let count = dice.chance(10) ? 2 + dice.below(2) : 1; count > 0; count--) {
    const flagList = dice.chance(60) ? ` (${dice.some(flags, 3).join(' ')})` : '';
    const day = dice.pick([
      ' "01-Feb-1994 12:00:00 +0000"',
      ' " 5-Jan-2026 12:30:00 +0100"',
      ' "21-Nov-1997 12:55:06 -0600"',
    ]);
    const chosen = samples.length > 0 && dice.chance(40) ? dice.pick(samples).bytes : madeMessage(dice);
    messages.push(`${flagList}${day} `, chosen);
  }
  return command('APPEND', ' ', ...mailbox(dice), ...messages, '');
}

/** Parts of what is there already, and new text between them (RFC 4469). */
function catenateStep(dice: Dice, { count, selected }: Situation): Step {
  // Of another mailbox Dovecot keeps the state in which the session looked into it first.
  const known = selected !== null && /^[A-Za-z/]+$/.test(selected) ? selected : 'Missing';
  const message = () => `URL "/${known}/;UID=${1 + dice.below(count + 3)}`;
  const section = () => dice.pick(['', '/;SECTION=HEADER', '/;SECTION=TEXT', '/;SECTION=1']);
  const text = (): Piece[] => ['TEXT ', Buffer.from(`X-Text: ${dice.pick(texts)}\r\n`, 'latin1')];
  const pieces: Piece[] = [
    `${dice.pick(['INBOX', 'Work', 'Archive'])} (\\Seen) "05-Jan-2026 12:30:00 +0100" CATENATE (`,
  ];
  for (let left = dice.below(3); left > 0; left--) {
    if (dice.chance(60)) pieces.push(`${message()}${section()}"`);
    else pieces.push(...text());
    pieces.push(' ');
  }
  // The last piece is never empty: a message without an octet is refused here and kept by Dovecot.
  if (dice.chance(60)) pieces.push(`${message()}"`);
  else pieces.push(...text());
  pieces.push(')');
  return command('APPEND', ' ', ...pieces);
}

function metadataStep(dice: Dice, { exists }: Situation): Step {
  const mailbox = quoted(dice.chance(90) ? dice.pick([...exists]) : 'Missing');
  const entry = () =>
    `/${dice.pick(['private', 'private', 'shared'])}/${dice.pick(['comment', 'vendor/x/y', 'Vendor/X/y'])}`;
  if (dice.chance(50)) {
    const value = dice.pick(['NIL', '"a note"', '""', '"other"']);
    return command('SETMETADATA', ` ${mailbox} (${entry()} ${value})`);
  }
  const options = dice.pick(['', '', '(DEPTH 1) ', '(DEPTH infinity) ', '(MAXSIZE 3) ']);
  const entries = dice.chance(50) ? entry() : `(${entry()} ${dice.pick(['/private', '/shared', entry()])})`;
  return command('GETMETADATA', ` ${options}${mailbox} ${entries}`);
}

/** Whoever is shared with is `friend` on both servers. */
function rightsStep(dice: Dice, { exists }: Situation): Step {
  const mailbox = quoted(dice.chance(90) ? dice.pick([...exists]) : 'Missing');
  const letters = dice.some(['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'a'], 4).join('');
  return dice.pick([
    () => command('MYRIGHTS', ` ${mailbox}`),
    () => command('GETACL', ` ${mailbox}`),
    () => command('SETACL', ` ${mailbox} friend ${dice.pick(['', '+', '-'])}${letters}`),
    () => command('DELETEACL', ` ${mailbox} friend`),
  ])();
}

function listStep(dice: Dice): Step {
  const patterns = [
    '*',
    '%',
    'Work/%',
    'Work*',
    '%/%',
    'INBOX',
    'inbox',
    '""',
    'W%k',
    '*a*',
    'Lists/%',
    '"Lists/x y"',
    'Missing',
    '/*',
  ];
  const reference = dice.pick(['""', '""', '""', 'Work/', 'Work', '"Lists/"']);
  const verb = dice.pick(['LIST', 'LIST', 'LSUB']);
  const plain = `${reference} ${dice.pick(patterns)}`;
  if (verb === 'LSUB' || dice.chance(60)) return command(verb, ` ${plain}`);
  const selection = dice.pick([
    '',
    '(SUBSCRIBED) ',
    '(SUBSCRIBED RECURSIVEMATCH) ',
    '(SPECIAL-USE) ',
    '(REMOTE) ',
    '() ',
    '(RECURSIVEMATCH) ',
  ]);
  const returns = dice.pick([
    '',
    ' RETURN (CHILDREN)',
    ' RETURN (SUBSCRIBED)',
    ' RETURN (SPECIAL-USE)',
    ' RETURN (STATUS (MESSAGES UNSEEN))',
    ' RETURN ()',
    ' RETURN (SUBSCRIBED CHILDREN)',
  ]);
  const many = dice.chance(30) ? `${reference} (${dice.some(patterns, 3).join(' ')})` : plain;
  return command('LIST', ` ${selection}${many}${returns}`);
}

function statusStep(dice: Dice): Step {
  const items = dice.some(
    ['MESSAGES', 'UIDNEXT', 'UNSEEN', 'UIDVALIDITY', 'SIZE', 'HIGHESTMODSEQ', 'RECENT'],
    5,
  );
  return command('STATUS', ' ', ...mailbox(dice), ` (${items.join(' ')})`);
}

/** Numbers of messages; now and then one that is not there, but never beside a star, where Dovecot guesses. */
function numbers(dice: Dice, count: number): string {
  const one = () => String(1 + dice.below(Math.max(1, count)));
  const range = () => {
    const roll = dice.below(10);
    if (roll < 5) return one();
    if (roll < 6) return '*';
    return roll < 7 ? `${one()}:*` : `${one()}:${one()}`;
  };
  if (dice.chance(20)) return '1:*';
  if (dice.chance(3)) return String(count + 1 + dice.below(3));
  return dice.chance(70) ? range() : `${range()},${range()}`;
}

function inMailbox(dice: Dice, { count, readOnly, resync }: Situation): () => Step {
  const uid = dice.chance(40) ? 'UID ' : '';
  const set = () => (dice.chance(4) ? '$' : numbers(dice, uid === '' ? count : count + 5));
  const fetch = () => command(`${uid}FETCH`, ` ${set()} ${fetchItems(dice)}`);
  const store = () => {
    const modifier = dice.chance(12) ? '(UNCHANGEDSINCE $MODSEQ) ' : '';
    const mode = dice.pick(['', '+', '-', '+']);
    const silent = dice.chance(30) ? '.SILENT' : '';
    const list = dice.some(flags, 3).join(' ');
    return command(
      `${uid}STORE`,
      ` ${set()} ${modifier}${mode}FLAGS${silent} ${dice.chance(85) ? `(${list})` : list}`,
    );
  };
  return dice.pick([
    fetch,
    fetch,
    fetch,
    fetch,
    fetch,
    store,
    store,
    store,
    () => command(`${uid}FETCH`, ` ${set()} (FLAGS) (CHANGEDSINCE $MODSEQ)`),
    () => {
      if (!resync || uid === '') return command(`${uid}FETCH`, ` ${set()} (FLAGS) (CHANGEDSINCE $MODSEQ)`);
      // Dovecot hangs up where VANISHED is asked of a saved result ($); what was asked after it is lost with it.
      return command('UID FETCH', ` ${numbers(dice, count + 5)} (FLAGS) (CHANGEDSINCE $MODSEQ VANISHED)`);
    },
    () => searchStep(dice, uid, count),
    () => searchStep(dice, uid, count),
    () => searchStep(dice, uid, count),
    () => command(`${uid}SORT`, sortCommand(dice, 1, searchKey(dice, count)).slice(4)),
    () => threadStep(dice, uid, count),
    () => command(`${uid}COPY`, ` ${set()} `, ...mailbox(dice), ''),
    // Dovecot obeys MOVE in a mailbox opened for reading only by copying; nothing could be compared after it.
    () =>
      readOnly ? command('NOOP') : command(`${uid}MOVE`, ` ${numbers(dice, count)} `, ...mailbox(dice), ''),
    () => command('EXPUNGE'),
    () => command('UID EXPUNGE', ` ${numbers(dice, count + 3)}`),
    () => command(dice.pick(['CLOSE', 'UNSELECT', 'NOOP', 'CHECK'])),
  ]);
}

function fetchItems(dice: Dice): string {
  const part = () => dice.pick(['1', '2', '1.1', '1.2', '2.1', '1.1.1', '3', '9']);
  const names = () => dice.some(fields, 3).join(' ');
  const partial = () =>
    dice.chance(30) ? `<${dice.pick([0, 1, 10, 100, 5000])}.${dice.pick([1, 7, 50, 10_000])}>` : '';
  const peek = () => (dice.chance(70) ? '.PEEK' : '');
  const item = () =>
    dice.pick([
      () => 'FLAGS',
      () => 'UID',
      () => 'INTERNALDATE',
      () => 'RFC822.SIZE',
      () => dice.pick(['SAVEDATE', 'PREVIEW', 'MODSEQ', 'PREVIEW (LAZY)']),
      () => 'ENVELOPE',
      () => 'ENVELOPE',
      () => 'BODY',
      () => 'BODYSTRUCTURE',
      () => 'BODYSTRUCTURE',
      () => 'RFC822',
      () => 'RFC822.HEADER',
      () => 'RFC822.TEXT',
      () => `BODY${peek()}[]${partial()}`,
      () => `BODY${peek()}[HEADER]${partial()}`,
      () => `BODY${peek()}[TEXT]${partial()}`,
      () => `BODY${peek()}[HEADER.FIELDS (${names()})]${partial()}`,
      () => `BODY${peek()}[HEADER.FIELDS.NOT (${names()})]${partial()}`,
      () => `BODY${peek()}[${part()}]${partial()}`,
      () => `BODY${peek()}[${part()}]${partial()}`,
      () => `BODY${peek()}[${part()}.MIME]${partial()}`,
      () => `BODY${peek()}[${part()}.HEADER]${partial()}`,
      () => `BODY${peek()}[${part()}.TEXT]${partial()}`,
      () => `BODY${peek()}[${part()}.HEADER.FIELDS (${names()})]${partial()}`,
    ])();
  if (dice.chance(10)) return dice.pick(['ALL', 'FAST', 'FULL', '(FLAGS UID RFC822.SIZE BODY.PEEK[HEADER])']);
  // Alone: Dovecot gives up on the whole command where it cannot decode one part.
  if (dice.chance(8))
    return dice.chance(50) ? `BINARY.PEEK[${part()}]${partial()}` : `BINARY.SIZE[${part()}]`;
  if (dice.chance(40)) return item();
  return `(${Array.from({ length: 1 + dice.below(4) }, item).join(' ')})`;
}

function searchKey(dice: Dice, count: number, depth = 0): string {
  const key = () => searchKey(dice, count, depth + 1);
  const simple = [
    () =>
      dice.pick([
        'ALL',
        'SEEN',
        'UNSEEN',
        'FLAGGED',
        'UNFLAGGED',
        'ANSWERED',
        'UNANSWERED',
        'DELETED',
        'UNDELETED',
        'DRAFT',
        'UNDRAFT',
      ]),
    () =>
      `${dice.pick(['KEYWORD', 'UNKEYWORD'])} ${dice.pick(['$Forwarded', 'todo', 'LATER', '$junk', 'never'])}`,
    () => `${dice.pick(['FROM', 'TO', 'CC', 'BCC', 'SUBJECT', 'BODY', 'TEXT'])} ${dice.pick(texts)}`,
    () => `HEADER ${dice.pick(fields)} ${dice.pick(texts)}`,
    () => `${dice.pick(['BEFORE', 'ON', 'SINCE', 'SENTBEFORE', 'SENTON', 'SENTSINCE'])} ${dice.pick(dates)}`,
    () => `${dice.pick(['LARGER', 'SMALLER'])} ${dice.pick([0, 300, 500, 1000, 4_000_000])}`,
    () => `${dice.pick(['OLDER', 'YOUNGER'])} ${dice.pick([1, 86_400, 2_000_000_000])}`,
    () => `${dice.pick(['SAVEDBEFORE', 'SAVEDON', 'SAVEDSINCE'])} ${dice.pick(dates)}`,
    () => dice.pick(['SAVEDATESUPPORTED', 'MODSEQ 1']),
    () => `UID ${numbers(dice, count + 4)}`,
    () => numbers(dice, count),
  ];
  if (depth > 2 || dice.chance(65)) return dice.pick(simple)();
  return dice.pick([
    () => `NOT ${key()}`,
    () => `OR ${key()} ${key()}`,
    () => `(${key()} ${key()})`,
    () => `${key()} ${key()}`,
  ])();
}

function searchStep(dice: Dice, uid: string, count: number): Step {
  const returns = dice.chance(40)
    ? `RETURN (${dice.pick(['', 'ALL', 'COUNT', 'MIN', 'MAX', 'MIN MAX', 'MIN MAX COUNT ALL', 'SAVE', 'SAVE ALL', 'SAVE MIN', 'SAVE COUNT', 'PARTIAL 1:2', 'PARTIAL 2:1 COUNT', 'PARTIAL 100:200', 'CONTEXT ALL', 'CONTEXT MIN PARTIAL 1:3'])}) `
    : '';
  const charset = dice.chance(20) ? `CHARSET ${dice.pick(['UTF-8', 'US-ASCII', 'X-NONE'])} ` : '';
  const modseq = dice.chance(5) ? ' MODSEQ $LATER' : '';
  return command(`${uid}SEARCH`, ` ${returns}${charset}${searchKey(dice, count)}${modseq}`);
}

function threadStep(dice: Dice, uid: string, count: number): Step {
  // Dovecot 2.3 breaks down where an empty mailbox is to be threaded.
  if (count === 0) return searchStep(dice, uid, count);
  return command(`${uid}THREAD`, threadCommand(dice, searchKey(dice, count)).slice(6));
}

/** What no server may take. */
function syntaxFault(dice: Dice, { selected }: Situation): Step {
  const text = dice.pick(faults);
  // Dovecot leaves the mailbox even where it could not read SELECT; nothing could be compared after it.
  if (selected !== null && text.startsWith('SELECT')) return step('NOSUCH', 'NOSUCH');
  return step(verbOf(text), text);
}

function verbOf(text: string): string {
  const words = text.trim().split(' ');
  return (words[0] === 'UID' ? words.slice(0, 2).join(' ') : (words[0] ?? '')).toUpperCase();
}
