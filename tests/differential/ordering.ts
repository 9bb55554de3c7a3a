import type { Sample } from './messages.ts';
import type { Dice } from './random.ts';

const people = [
  'Ann Example <ann@example.org>',
  'ann@example.com',
  '"Doe, John" <John.Doe@example.com>',
  '=?UTF-8?Q?=C3=89milie?= <zoe@example.org>',
  'Emilie <ZOE@example.net>',
  '<angle@example.org>',
  '"" <empty@example.org>',
  'émile <emile@example.org>',
];
const subjects = [
  'Minutes',
  'minutes',
  'Re: Minutes',
  'RE[2]: Minutes (fwd)',
  '[list] Re: [list] Minutes',
  'Fwd: Re: minutes',
  '[Fwd: Minutes]',
  'Agenda',
  'Re: Agenda',
  'Agenda  for   today',
  '=?UTF-8?Q?=C3=89t=C3=A9?=',
  'E\u0301TE\u0301',
  'ete',
  '[list]',
  '[a] [b] c',
  'Re:',
  '',
  '(fwd)',
];
const dates = [
  'Fri, 21 Nov 1997 09:55:06 -0600',
  'Fri, 21 Nov 1997 15:55:06 +0000',
  'Mon, 5 Jan 2026 12:00:00 +0000',
  'Mon, 5 Jan 2026 12:00:00 +0100',
  'Tue, 6 Jan 2026 00:00:01 +0000',
  '1 Feb 1994 12:00:00 +0100',
];
const keys = ['ARRIVAL', 'CC', 'DATE', 'DISPLAYFROM', 'DISPLAYTO', 'FROM', 'SIZE', 'SUBJECT', 'TO'];
const ids = 25;

/** A message that answers others, or that others answer. */
export function answeringMessage(dice: Dice, index: number): Sample {
  const id = () => `<${dice.below(ids)}@example.org>`;
  const fields = [`From: ${dice.pick(people)}`, `Subject: ${dice.pick(subjects)}`];
  if (dice.chance(90)) fields.push(`Date: ${dice.pick(dates)}`);
  if (dice.chance(90)) fields.push(`Message-ID: <${index % ids}@example.org>`);
  if (dice.chance(60)) fields.push(`To: ${dice.some(people, 2).join(', ')}`);
  if (dice.chance(30)) fields.push(`Cc: ${dice.pick(people)}`);
  if (dice.chance(50)) {
    fields.push(`References: ${Array.from({ length: 1 + dice.below(4) }, id).join('\r\n ')}`);
  } else if (dice.chance(30)) fields.push(`In-Reply-To: ${id()}`);
  const body = 'x'.repeat(dice.below(40));
  return { name: `answer ${index}`, bytes: Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}\r\n`) };
}

const charsets = ['UTF-8', 'UTF-8', 'US-ASCII', 'utf-8'];
const returns = [
  '',
  'ALL',
  'COUNT',
  'MIN',
  'MAX',
  'MIN MAX',
  'MIN COUNT ALL',
  'PARTIAL 2:4',
  'COUNT PARTIAL 1:100',
];

/**
 * By up to `criteria` keys. Of several keys only ALL may be asked: Dovecot keeps the order of what it has sorted, and
 * after a part of the mailbox it puts equal first keys together wrongly (RFC 5256 §3: the second key decides there).
 */
export function sortCommand(dice: Dice, criteria: number, among: string): string {
  const chosen = dice.some(keys, criteria).map((key) => `${dice.chance(30) ? 'REVERSE ' : ''}${key}`);
  const options = dice.chance(30) ? `RETURN (${dice.pick(returns)}) ` : '';
  return `SORT ${options}(${chosen.join(' ')}) ${dice.pick(charsets)} ${among}`;
}

export function threadCommand(dice: Dice, among: string): string {
  const algorithm = dice.pick(['REFERENCES', 'REFS', 'ORDEREDSUBJECT', 'references']);
  // This one sorts by subject and date, so what is said above goes for it too.
  return `THREAD ${algorithm} ${dice.pick(charsets)} ${algorithm === 'ORDEREDSUBJECT' ? 'ALL' : among}`;
}
