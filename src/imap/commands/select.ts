import { delimiter, type Mailbox } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { writeEntry } from '../names/list.ts';
import { isForeign, locate, type Place, sharedPlaces } from '../names/place.ts';
import { mayChange } from '../names/rights.ts';
import { listedFlags, permanentFlags } from '../session/flags.ts';
import { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import type { Decoder, SelectParameters } from '../wire/index.ts';

interface Args {
  readonly name: string;
  readonly parameters: SelectParameters;
}

function parse(decoder: Decoder, session: Session): Args {
  const table = new Map<string, (decoder: Decoder) => unknown>();
  for (const feature of session.services.features.selectParameters.values()) {
    table.set(feature.name, (d) => feature.parse(d, session));
  }
  decoder.sp();
  const name = decoder.mailbox();
  return { name, parameters: decoder.selectParameters(table) };
}

/** SELECT: opens a mailbox for reading and writing. */
export const select: Command<Args> = {
  name: 'SELECT',
  rfc: 'RFC 9051 §6.3.2',
  states: loggedIn,
  privilege: 'mail:read',
  parse,
  run: (session, args) => open(session, args, false),
};

/** EXAMINE: the same for reading only; nothing is marked \Seen or loses \Recent. */
export const examine: Command<Args> = {
  name: 'EXAMINE',
  rfc: 'RFC 9051 §6.3.3',
  states: loggedIn,
  privilege: 'mail:read',
  parse,
  run: (session, args) => open(session, args, true),
};

async function open(session: Session, { name, parameters }: Args, examine: boolean) {
  // RFC 9051 §6.3.2: the old mailbox is left even where the new one cannot be opened.
  if (session.selected !== null) session.out.untagged('OK', 'CLOSED', 'the mailbox before is closed');
  session.deselect();
  const place = await locate(session, name, 'r');
  const readOnly = examine || !mayChange(place.rights); // RFC 4314 §5.2
  const { selected, mailbox } = await Selected.open(session.mail, place, readOnly);
  try {
    for (const [option, value] of parameters.extensions) {
      await session.services.features.selectParameters.get(option)?.apply?.(session, selected, value);
    }
    await claimRecent(session, selected, mailbox);
    await describe(session, place, selected, mailbox);
  } catch (error) {
    selected.close();
    throw error;
  }
  session.select(selected);
  await openedWith(session, parameters, mailbox);
  return ok(readOnly ? 'opened for reading' : 'opened', readOnly ? 'READ-ONLY' : 'READ-WRITE');
}

/** What parameters have to tell comes after all that describes the mailbox (RFC 7162 §3.2.5.1). */
async function openedWith(session: Session, { extensions }: SelectParameters, mailbox: Mailbox) {
  try {
    for (const [option, value] of extensions) {
      await session.services.features.selectParameters.get(option)?.opened?.(session, mailbox, value);
    }
  } catch (error) {
    session.deselect();
    throw error;
  }
}

/** \Recent is of IMAP4rev1 only; EXAMINE looks and does not take (RFC 3501 §6.3.2). */
async function claimRecent(session: Session, selected: Selected, mailbox: Mailbox): Promise<void> {
  if (session.rev2) return;
  if (selected.readOnly || selected.account !== session.account) selected.addRecent(mailbox.recentUid);
  else selected.addRecent(await session.mail.claimRecent(selected.account, mailbox.id));
}

async function describe(session: Session, place: Place, selected: Selected, mailbox: Mailbox): Promise<void> {
  const { out, rev2 } = session;
  const permanent = selected.readOnly ? [] : permanentFlags(selected.rights, selected.keywords.names);
  out.data('FLAGS').sp().flags(listedFlags(selected.keywords.names)).crlf();
  out.numbered(selected.view.count, 'EXISTS').crlf();
  if (!rev2) {
    out.numbered(await selected.recentCount(), 'RECENT').crlf();
    await describeUnseen(session, selected, mailbox);
  }
  out.untagged('OK', { code: 'PERMANENTFLAGS', flags: permanent }, 'flags that are kept');
  out.untagged('OK', { code: 'UIDVALIDITY', value: mailbox.uidValidity }, 'uids are valid');
  out.untagged('OK', { code: 'UIDNEXT', value: mailbox.uidNext }, 'the next uid');
  out.untagged('OK', { code: 'HIGHESTMODSEQ', value: selected.cursor }, 'the newest change');
  for (const { opened } of session.services.features.extensions) opened?.(session, selected, mailbox);
  if (rev2) {
    writeEntry(session, 'LIST', place.name, await listAttributes(session, place));
  }
}

async function describeUnseen(session: Session, selected: Selected, mailbox: Mailbox): Promise<void> {
  // RFC 9586 §3.5: it names a message by its number.
  if (mailbox.unseen === 0 || session.uidOnly) return;
  const value = await selected.firstUnseen(session.limits.unseenRowsMax);
  if (value !== undefined) session.out.untagged('OK', { code: 'UNSEEN', value }, 'the first unseen message');
}

/** RFC 9051 §6.3.2: SELECT answers LIST for the name that was opened. */
async function listAttributes(session: Session, { name, mailbox }: Place): Promise<string[]> {
  const names = isForeign(name) ? await sharedPlaces(session) : await session.mail.list(session.account);
  const hasChildren = names.some((each) => each.mailbox && each.name.startsWith(name + delimiter));
  const attributes = [hasChildren ? '\\HasChildren' : '\\HasNoChildren'];
  if (mailbox.specialUse) attributes.push(`\\${mailbox.specialUse}`);
  return attributes;
}
