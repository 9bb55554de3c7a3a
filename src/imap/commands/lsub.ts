import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { ancestors } from '../names/ancestors.ts';
import { checkWildcards, writeEntry } from '../names/list.ts';
import { matchesPattern } from '../names/pattern.ts';
import { visibleNames } from '../names/visible.ts';

/** LSUB of IMAP4rev1: the subscribed names. */
export const lsub: Command<string> = {
  name: 'LSUB',
  rfc: 'RFC 3501 §6.3.9',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    const reference = decoder.mailbox();
    decoder.sp();
    return reference + decoder.listMailbox();
  },
  async run(session, pattern) {
    checkWildcards([pattern], session.limits.listWildcardsMax);
    const names = (await visibleNames(session)).filter(({ subscribed }) => subscribed);
    for (const { name, mailbox } of names) {
      if (matchesPattern(pattern, name)) writeEntry(session, 'LSUB', name, mailbox ? [] : ['\\Noselect']);
    }
    // RFC 3501 §6.3.9: with '%', a name above a subscribed one is told too, marked \Noselect.
    const subscribed = new Set(names.map(({ name }) => name));
    const above = [...ancestors(subscribed)].filter((name) => !subscribed.has(name)).sort();
    for (const name of pattern.endsWith('%') ? above : []) {
      if (matchesPattern(pattern, name)) writeEntry(session, 'LSUB', name, ['\\Noselect']);
    }
    return ok('that is all');
  },
};
