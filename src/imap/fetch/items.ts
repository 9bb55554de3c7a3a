import { Refusal } from '../errors.ts';
import { flagText } from '../session/flags.ts';
import type { Session } from '../session/session.ts';
import type { FetchItem, FetchItemParser, Section } from '../wire/index.ts';
import { contentItem, type FetchItemFeature, type ItemPlan, rowItem } from './plan.ts';
import { sectionName, sectionPlan } from './sections.ts';

const whole: Section = { part: [], text: null, fields: [] };
const header: Section = { part: [], text: 'HEADER', fields: [] };
const text: Section = { part: [], text: 'TEXT', fields: [] };

export const flagsItem: ItemPlan = rowItem((out, { row, recent }) => {
  out.raw(`FLAGS (${flagText(row, recent)})`);
});
export const uidItem: ItemPlan = rowItem((out, { row }) => {
  out.raw(`UID ${row.uid}`);
});

/** The items of RFC 9051 §6.4.5 and, as RFC822…, of RFC 3501 §6.4.5. */
export const baseFetchItems: readonly FetchItemFeature[] = [
  { name: 'FLAGS', plan: () => flagsItem },
  { name: 'UID', plan: () => uidItem },
  {
    name: 'INTERNALDATE',
    plan: () => rowItem((out, { row }) => out.raw('INTERNALDATE ').dateTime(row.received, row.receivedZone)),
  },
  { name: 'RFC822.SIZE', plan: () => rowItem((out, { row }) => out.raw(`RFC822.SIZE ${row.size}`)) },
  {
    name: 'ENVELOPE',
    plan: () => contentItem((out, { content }) => out.raw('ENVELOPE ').raw(content.envelope)),
  },
  { name: 'BODY', plan: () => contentItem((out, { content }) => out.raw('BODY ').raw(content.body)) },
  {
    name: 'BODYSTRUCTURE',
    plan: () => contentItem((out, { content }) => out.raw('BODYSTRUCTURE ').raw(content.bodyStructure)),
  },
  { name: 'BODY[]', plan: planBody },
  { name: 'RFC822', plan: () => sectionPlan('RFC822', whole, null, true) },
  { name: 'RFC822.HEADER', plan: () => sectionPlan('RFC822.HEADER', header, null, false) },
  { name: 'RFC822.TEXT', plan: () => sectionPlan('RFC822.TEXT', text, null, true) },
];

function planBody(item: FetchItem): ItemPlan {
  if (item.item !== 'BODY[]') throw new Error('BODY[] planned for another item');
  return sectionPlan(sectionName(item.section), item.section, item.partial, !item.peek);
}

/** How the items that extensions bring are read. */
export function fetchParsers({ services }: Session): Map<string, FetchItemParser> {
  const parsers = new Map<string, FetchItemParser>();
  for (const { name, parse } of services.features.fetchItems.values()) if (parse) parsers.set(name, parse);
  return parsers;
}

/** Items -> plans by the tables of the server. `add` stands in front, each once. */
export function planItems(
  session: Session,
  items: readonly FetchItem[],
  add: readonly ItemPlan[],
): ItemPlan[] {
  const plans = [...add];
  for (const item of items) {
    const name = item.item === 'extension' ? item.name : item.item;
    const feature = session.services.features.fetchItems.get(name);
    if (!feature) throw new Refusal(`this server has no FETCH item ${name}`, null, 'BAD');
    const plan = feature.plan(item, session);
    if (!plans.includes(plan)) plans.push(plan);
  }
  return plans;
}
