import type { Element } from '../../formats/stanza/index.ts';
import { clientNs } from '../namespaces.ts';
import {
  carbonsNs,
  chatStatesNs,
  hintsNs,
  mamNs,
  markersNs,
  mucUserNs,
  pubsubEventNs,
  receiptsNs,
  retractNs,
} from './names.ts';

/** `archive`: kept, and waits for who is away. `wait`: for who is away, and no longer. `drop`: neither. */
export type Keeping = 'archive' | 'wait' | 'drop';

/** What makes a message worth keeping, by the name space of a child: it is said to a person, or changes what was said. */
const meaningful: ReadonlySet<string> = new Set([
  // XEP-0384 (both), XEP-0027, XEP-0373, XEP-0380
  ...['eu.siacs.conversations.axolotl', 'urn:xmpp:omemo:2', 'jabber:x:encrypted', 'urn:xmpp:openpgp:0'],
  // XEP-0184 and XEP-0333, where nothing else is said; XEP-0424, XEP-0425, XEP-0444
  ...[receiptsNs, markersNs, retractNs, 'urn:xmpp:message-moderate:1', 'urn:xmpp:reactions:0'],
  // XEP-0249, XEP-0353, XEP-0482, XEP-0447, XEP-0066
  ...['jabber:x:conference', 'urn:xmpp:jingle-message:0', 'urn:xmpp:call-invites:0', 'urn:xmpp:sfs:0'],
  'jabber:x:oob',
]);

/** A question for a receipt and a mark that there may be one are no more than what they go along with. */
const isQuestion = ({ ns, name }: Element): boolean =>
  (ns === receiptsNs && name === 'request') || (ns === markersNs && name === 'markable');

function isMeaningful(child: Element): boolean {
  const { ns, name } = child;
  if (ns === clientNs) return name === 'body' || name === 'subject';
  // XEP-0045 §7.8.2: an invitation, which a room passes on.
  if (ns === mucUserNs)
    return child.children.some((each) => typeof each !== 'string' && each.name === 'invite');
  return meaningful.has(ns) && !isQuestion(child);
}

/** XEP-0334 §4, where a sender says so. */
const hinted: ReadonlyMap<string, Keeping> = new Map([
  ['no-store', 'drop'],
  ['no-permanent-store', 'wait'],
  ['store', 'archive'],
]);
const strength: readonly Keeping[] = ['drop', 'wait', 'archive'];

/**
 * What becomes of a message to or from a member, of which nothing else is known than its type and its children (XEP-0313
 * §5.1.1, XEP-0160 §3). Of several hints the one counts that keeps least.
 */
export function keepingOf(type: string, children: Element['children']): Keeping {
  if (type === 'error' || type === 'groupchat') return 'drop';
  let hint: Keeping | undefined;
  let isWorth = false;
  for (const child of children) {
    if (typeof child === 'string') continue;
    const { ns, name } = child;
    // News of nodes, copies and answers of archives are somewhere else already.
    if (ns === pubsubEventNs || ns === mamNs || (ns === carbonsNs && name !== 'private')) return 'drop';
    if (ns === hintsNs) {
      const said = hinted.get(name);
      if (said !== undefined && (hint === undefined || strength.indexOf(said) < strength.indexOf(hint)))
        hint = said;
    } else if (!isWorth && ns !== chatStatesNs) isWorth = isMeaningful(child);
  }
  if (hint === 'drop' || hint === 'archive') return hint;
  if (type === 'headline' || !isWorth) return 'drop';
  return hint ?? 'archive';
}
