import { childOf, type Element } from '../../formats/stanza/index.ts';

export const capsNs = 'http://jabber.org/protocol/caps';

/** What a presence says of its client (XEP-0115 §3). */
export interface CapsShown {
  readonly node: string;
  readonly hash: string;
  readonly ver: string;
}

/** Null where there is nothing, or what was there before there were hashes (§10). */
export function capsOf(presence: Element): CapsShown | null {
  const shown = childOf(presence, 'c', capsNs);
  if (shown === undefined) return null;
  const { node = '', hash = '', ver = '' } = shown.attributes;
  return node === '' || hash === '' || ver === '' ? null : { node, hash, ver };
}

/** XEP-0163 §4.1: whether a client with these features wants to hear of a node. */
export const isNotified = (features: ReadonlySet<string>, node: string): boolean =>
  features.has(`${node}+notify`);
