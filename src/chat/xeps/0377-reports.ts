import { Recent } from '../../base/index.ts';
import { bareText, type Jid, jidText, parseJid } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { idOf, messageOf, stanzaIdNs } from '../archive/index.ts';
import { dateTime } from '../data/index.ts';
import {
  reportedMessageCharsMax,
  reportedMessagesMax,
  reportersMax,
  reportsBurstMax,
  reportsPerHourMax,
  reportTextCharsMax,
} from '../limits.ts';
import { clientNs } from '../namespaces.ts';
import { Pace } from '../rooms/pace.ts';
import type { Home } from '../routing/home.ts';
import type { Chat } from '../services.ts';
import type { Specification } from '../specification.ts';
import { addressed, tryJid } from '../stanza.ts';

const reportingNs = 'urn:xmpp:reporting:1';
const hourSeconds = 3_600;

/** §4: what it may be for. */
const reasons: Readonly<Record<string, 'spam' | 'abuse'>> = {
  'urn:xmpp:reporting:spam': 'spam',
  'urn:xmpp:reporting:abuse': 'abuse',
};

const paces = new WeakMap<Chat, Recent<number, Pace>>();

function mayReport({ chat, account }: Home): boolean {
  const known = paces.get(chat) ?? new Recent<number, Pace>(reportersMax);
  paces.set(chat, known);
  const nowMs = chat.clock.nowMs();
  const pace = known.get(account) ?? new Pace(reportsBurstMax, reportsPerHourMax / hourSeconds, nowMs);
  known.set(account, pace);
  return pace.take(nowMs);
}

/** On one line, and no longer than so. */
const cut = (text: string, charsMax: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > charsMax ? `${line.slice(0, charsMax)}…` : line;
};

/** §6: what was said, of the messages that are named: those alone that are in the reporter's archive and of who is reported. */
async function quoted({ chat, account, text }: Home, report: Element, of: Jid): Promise<readonly string[]> {
  const lines: string[] = [];
  const named = childrenOf(report, 'stanza-id', stanzaIdNs).slice(0, reportedMessagesMax);
  for (const { attributes } of named) {
    const id = idOf(attributes.id ?? '');
    if (id === null || attributes.by !== text) continue;
    const row = await chat.store.archive.find({ kind: 'account', owner: account }, id);
    if (row === null || row.direction !== 'in' || !isBy(row.peer, of)) continue;
    const said = textOf(childOf(messageOf(row.stanza), 'body'));
    lines.push(`${dateTime(row.atMs)} ${cut(said, reportedMessageCharsMax) || '(nothing that can be read)'}`);
  }
  return lines;
}

const isBy = (peer: string, of: Jid): boolean =>
  of.local === '' ? tryJid(peer)?.domain === of.domain : peer === bareText(of);

async function tell(home: Home, report: Element, of: Jid, reason: string): Promise<void> {
  const { chat, text: reporter } = home;
  const said = cut(textOf(childOf(report, 'text', reportingNs)), reportTextCharsMax);
  const lines = [
    `${reporter} has blocked ${jidText(of)} and reports ${reason}.`,
    ...(said === '' ? [] : [`In the member's words: ${said}`]),
    ...(await quoted(home, report, of)),
  ];
  const message = element(
    'message',
    clientNs,
    {},
    element('subject', clientNs, {}, `Report: ${jidText(of)}`),
    element('body', clientNs, {}, lines.join('\n')),
    element('report', reportingNs, { reason: report.attributes.reason }),
  );
  const from = parseJid(chat.domain);
  const found = await chat.accounts.resolve(`abuse@${chat.domain}`);
  if (found.kind !== 'local') return;
  for (const recipient of found.recipients) {
    const member = recipient.kind === 'member' ? await chat.accounts.member(recipient.account) : null;
    if (member !== null && !member.disabled)
      await chat.router.route(addressed(message, from, chat.homes.of(member).jid));
  }
}

/** What a member says of whom it has just blocked, to whoever reads the mail for abuse@. Never rejects: who is blocked stays so. */
export async function reportBlocked(home: Home, items: readonly Element[]): Promise<void> {
  const { chat } = home;
  for (const item of items) {
    const report = childOf(item, 'report', reportingNs);
    const of = tryJid(item.attributes.jid);
    const { reason } = report?.attributes ?? {};
    if (report === undefined || of === null || reason === undefined) continue;
    const kind = reasons[reason] ?? 'other';
    const isHeard = mayReport(home);
    chat.meters.report(kind, isHeard ? 'heard' : 'dropped');
    if (!isHeard) continue;
    try {
      await tell(home, report, of, kind === 'other' ? cut(reason, reportTextCharsMax) : kind);
    } catch (error) {
      chat.log.error('xmpp report not told', { error });
    }
  }
}

/** Spam and abuse are reported where somebody is blocked for them. */
export const reports: Specification = {
  xep: '0377',
  name: 'Blocking Command Reports',
  version: '0.4.1',
  features: { server: [reportingNs], account: [reportingNs] },
};
