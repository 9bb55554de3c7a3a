import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { fetchParsers, planItems, uidItem } from '../fetch/items.ts';
import { type EventGroup, eventNames, isOfSelected, type NotifySet, parseNotify } from '../notify/grammar.ts';
import { AccountNotifier, type SelectedWishes, silence } from '../notify/notifier.ts';
import { Wishes } from '../notify/wishes.ts';
import type { Session } from '../session/session.ts';

/** NOTIFY: what the client is told without asking, from now on and between commands. */
const notify: Command<NotifySet | null> = {
  name: 'NOTIFY',
  rfc: 'RFC 5465 §3.1',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder, session) {
    decoder.sp();
    return parseNotify(decoder, fetchParsers(session));
  },
  async run(session, set) {
    if (set === null) {
      replace(session, silence);
      return ok('nothing will be told');
    }
    check(session, set.groups);
    // What has happened until now belongs to what was asked for before.
    await session.report({ expunge: true, force: true, own: true });
    const wishes = new Wishes(set.groups);
    const notifier = await AccountNotifier.start(session, wishes, ofSelected(session, set.groups));
    replace(session, notifier);
    if (set.status) await notifier.tellAll();
    return ok('you will be told');
  },
};

function replace(session: Session, notifier: Session['notifier']): void {
  session.notifier?.close();
  session.notifier = notifier;
}

function check({ limits }: Session, groups: readonly EventGroup[]): void {
  const unknown = groups.flatMap((group) => group.unknown);
  if (unknown.length > 0) {
    // RFC 5465 §3.1: NO, and what could be had.
    throw new Refusal('some of these events are not told', { code: 'BADEVENT', events: eventNames });
  }
  let names = 0;
  for (const { filter } of groups) names += 'names' in filter ? filter.names.length : 0;
  if (names > limits.notifyNamesMax) {
    throw new Refusal(`more than ${limits.notifyNamesMax} names`, 'NOTIFICATIONOVERFLOW');
  }
}

/** RFC 5465 §3.1: a selected mailbox that is not spoken of is told nothing of. */
function ofSelected(session: Session, groups: readonly EventGroup[]): SelectedWishes {
  const group = groups.find(({ filter }) => isOfSelected(filter));
  const items = group?.items ?? [];
  return {
    messages: group?.events.has('MessageNew') ?? false,
    flags: group?.events.has('FlagChange') ?? false,
    expungeAtOnce: group?.filter.kind === 'selected',
    plans: items.length === 0 ? [] : planItems(session, items, session.uidOnly ? [] : [uidItem]),
  };
}

export const notifyExtension: Extension = {
  rfc: 5465,
  name: 'NOTIFY',
  capabilities: ({ member }) => (member === null ? [] : ['NOTIFY']),
  commands: [notify],
};
