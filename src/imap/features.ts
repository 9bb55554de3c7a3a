import type { Privilege } from '../accounts/index.ts';
import type { Mailbox } from '../stores/mail/index.ts';
import type { Answer } from './errors.ts';
import type { FetchItemFeature } from './fetch/plan.ts';
import type { Place } from './names/place.ts';
import type { SearchKeyFeature } from './search/keys.ts';
import type { SearchReturnFeature } from './search/returns.ts';
import type { Selected } from './session/selected.ts';
import type { Session } from './session/session.ts';
import type { Decoder, SequenceSet } from './wire/index.ts';

export type State = 'not-authenticated' | 'authenticated' | 'selected';

export const anyState: readonly State[] = ['not-authenticated', 'authenticated', 'selected'];
export const loggedIn: readonly State[] = ['authenticated', 'selected'];
export const inMailbox: readonly State[] = ['selected'];

/** The command as it was called. */
export interface Call {
  readonly tag: string;
  /** Upper case, `UID FETCH` for the UID form. */
  readonly name: string;
  readonly uid: boolean;
}

/** One verb: state, syntax, effect, answer. */
export interface Command<Args = unknown> {
  /** Upper case; `UID EXPUNGE` is a name of its own. */
  readonly name: string;
  /** Specification and section: `RFC 9051 §6.3.2`. */
  readonly rfc: string;
  readonly states: readonly State[];
  /** What the session must be allowed to do with the account; null: it touches nobody's data. No default (THREATS 9). */
  readonly privilege: Privilege | null;
  /** The command exists in a UID form too (RFC 9051 §6.4.9). */
  readonly hasUidForm?: boolean;
  /** All that follows the name, its space included; the caller checks that the command ends there. */
  parse(decoder: Decoder, session: Session, call: Call): Args;
  /** Null where the command has answered by itself. */
  run(session: Session, args: Args, call: Call): Promise<Answer | null>;
}

/**
 * An item of STATUS; `account` keeps the mailbox. The value should be at hand in the mailbox row: STATUS is asked of a hundred mailboxes at once. A
 * text is sent as it stands.
 */
export interface StatusItemFeature {
  readonly name: string;
  value(mailbox: Mailbox, session: Session, account: number): number | string | Promise<number>;
  /** Asking for it may switch an extension on (RFC 7162 §3.1). */
  asked?(session: Session): void;
}

/** A parameter of SELECT and EXAMINE (RFC 4466 §2.1). */
export interface SelectParameterFeature {
  readonly name: string;
  /** Throws where the parameter is not allowed now, before anything is closed or opened. */
  parse(decoder: Decoder, session: Session): unknown;
  /** Before the responses of SELECT are written. */
  apply?(session: Session, selected: Selected, value: unknown): Promise<void> | void;
  /** After them, before the tagged OK; the mailbox is the session's selected one by then. */
  opened?(session: Session, mailbox: Mailbox, value: unknown): Promise<void>;
}

/** What FETCH was asked for, as its modifiers see it. */
export interface FetchAsked {
  /** As the client wrote it. */
  readonly set: SequenceSet;
  readonly changedSince: number | null;
}

/** A modifier of FETCH and UID FETCH (RFC 4466 §2.4). */
export interface FetchModifierFeature {
  readonly name: string;
  /** Throws where the modifier is not allowed now. */
  parse(decoder: Decoder, session: Session, call: Call): unknown;
  /** Before the FETCH responses are written; throws where the modifiers do not go together. */
  before?(session: Session, asked: FetchAsked, value: unknown): Promise<void>;
  /** Which of the messages that are meant, after CHANGEDSINCE was applied, are told of; uids ascending. */
  narrow?(uids: readonly number[], value: unknown): readonly number[];
}

/** A return option of LIST (RFC 5258 §3.2): what is told of each mailbox that is listed, after its name. */
export interface ListReturnFeature {
  readonly name: string;
  /** What follows the name, its space included; nothing where it is left out. */
  parse?(decoder: Decoder): unknown;
  tell(session: Session, place: Place, value: unknown): Promise<void> | void;
}

/** What an extension brings. The lists are the dispatch tables: nothing else knows its name. */
export interface Extension {
  readonly rfc: number;
  readonly name: string;
  /** What CAPABILITY says to this session now. */
  capabilities(session: Session): readonly string[];
  readonly commands?: readonly Command[];
  readonly fetchItems?: readonly FetchItemFeature[];
  readonly searchKeys?: readonly SearchKeyFeature[];
  readonly searchReturns?: readonly SearchReturnFeature[];
  readonly statusItems?: readonly StatusItemFeature[];
  readonly selectParameters?: readonly SelectParameterFeature[];
  readonly listReturns?: readonly ListReturnFeature[];
  readonly fetchModifiers?: readonly FetchModifierFeature[];
  /** Writes what SELECT and EXAMINE tell on its behalf, before their tagged OK. */
  opened?(session: Session, selected: Selected, mailbox: Mailbox): void;
  /** Names that ENABLE accepts, in upper case. */
  readonly enable?: readonly string[];
  /** Tells what is new beside messages, wherever those are told. */
  news?(session: Session): Promise<void>;
}

/** The tables a server works with, made once from the lists. */
export interface Features {
  readonly commands: ReadonlyMap<string, Command>;
  readonly fetchItems: ReadonlyMap<string, FetchItemFeature>;
  readonly searchKeys: ReadonlyMap<string, SearchKeyFeature>;
  readonly searchReturns: ReadonlyMap<string, SearchReturnFeature>;
  readonly statusItems: ReadonlyMap<string, StatusItemFeature>;
  readonly selectParameters: ReadonlyMap<string, SelectParameterFeature>;
  readonly listReturns: ReadonlyMap<string, ListReturnFeature>;
  readonly fetchModifiers: ReadonlyMap<string, FetchModifierFeature>;
  readonly enable: ReadonlySet<string>;
  readonly news: readonly ((session: Session) => Promise<void>)[];
  readonly extensions: readonly Extension[];
  /** Names under which extensions can be kept from clients, in upper case. */
  readonly switches: ReadonlySet<string>;
  capabilities(session: Session): string[];
  /** The tables without the extensions of these names; the same ones for the same names. */
  without(names: ReadonlySet<string>): Features;
}

/** Throws Error where two features claim one name: that is a mistake of the lists. */
export function createFeatures(
  base: Omit<Extension, 'rfc' | 'name' | 'capabilities'>,
  extensions: readonly Extension[],
): Features {
  const all = [base, ...extensions];
  const commands = new Map<string, Command>();
  for (const command of all.flatMap((each) => each.commands ?? [])) {
    claim(commands, command.name, command);
    if (command.hasUidForm) claim(commands, `UID ${command.name}`, command);
  }
  return {
    commands,
    fetchItems: byName(all.flatMap((each) => each.fetchItems ?? [])),
    searchKeys: byName(all.flatMap((each) => each.searchKeys ?? [])),
    searchReturns: byName(all.flatMap((each) => each.searchReturns ?? [])),
    statusItems: byName(all.flatMap((each) => each.statusItems ?? [])),
    selectParameters: byName(all.flatMap((each) => each.selectParameters ?? [])),
    listReturns: byName(all.flatMap((each) => each.listReturns ?? [])),
    fetchModifiers: byName(all.flatMap((each) => each.fetchModifiers ?? [])),
    enable: new Set(all.flatMap((each) => each.enable ?? [])),
    news: all.flatMap((each) => ('news' in each && each.news ? [each.news] : [])),
    extensions,
    switches: new Set(extensions.flatMap(switchesOf)),
    capabilities: (session) => {
      const names = new Set<string>();
      for (const each of extensions) for (const name of each.capabilities(session)) names.add(name);
      return [...names];
    },
    without: withouts(base, extensions),
  };
}

/** As many as the settings name combinations; the tables are small. */
function withouts(base: Parameters<typeof createFeatures>[0], extensions: readonly Extension[]) {
  const made = new Map<string, Features>();
  const without = (names: ReadonlySet<string>): Features => {
    const left = extensions.filter((each) => !switchesOf(each).some((name) => names.has(name)));
    const key = left.map(({ name }) => name).join('\n');
    const features = made.get(key) ?? { ...createFeatures(base, left), without };
    made.set(key, features);
    return features;
  };
  return without;
}

/** An extension is named by its capabilities, `SPECIAL-USE, CREATE-SPECIAL-USE`; what is no capability cannot be withheld. */
function switchesOf({ name }: Extension): string[] {
  const names = name.split(', ').map((each) => each.replace(/ \(.*\)$/, '').toUpperCase());
  return names.every((each) => each !== 'IMAP4REV1' && /^[A-Z0-9][A-Z0-9=+-]*$/.test(each)) ? names : [];
}

function byName<T extends { readonly name: string }>(features: readonly T[]): Map<string, T> {
  const table = new Map<string, T>();
  for (const feature of features) claim(table, feature.name, feature);
  return table;
}

function claim<T>(table: Map<string, T>, name: string, value: T): void {
  if (table.has(name)) throw new Error(`two IMAP features are called ${name}`);
  table.set(name, value);
}
