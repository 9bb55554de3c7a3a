import type { XmlElement } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import { type Plan, planOf } from '../properties/plan.ts';
import { readReportWish } from '../properties/wish.ts';
import type { Exchange, LiveProperty, PreparedProperty, ReportProperty, Resource } from '../types.ts';

/** What a report's body asks of each resource that it answers. */
export interface ReportPlan extends Plan {
  /** Whether they should be read with their content. */
  readonly content: boolean;
  /** Whether the rest of them had better not be answered. */
  isSpent(): boolean;
}

/** DAV:prop may name what no PROPFIND answers (`ReportProperty`), and say more of it. */
export function reportPlanOf(exchange: Exchange, resource: Resource, body: XmlElement): ReportPlan {
  const { visit } = exchange;
  const prop = davChild(body, 'prop');
  const prepared: PreparedProperty[] = [];
  const properties: LiveProperty[] = [];
  for (const declared of visit.dav.reportProperties) {
    const { namespace, name } = declared;
    const element = prop?.children.find((each) => each.namespace === namespace && each.name === name);
    if (element === undefined) continue;
    const own = declared.prepare(element, { exchange, resource, body });
    prepared.push(own);
    properties.push(liveProperty(declared, own));
  }
  return {
    ...planOf(readReportWish(body), visit, properties),
    content: prepared.length > 0,
    isSpent: () => prepared.some((each) => each.isSpent?.() === true),
  };
}

function liveProperty({ namespace, name, rfc, on }: ReportProperty, own: PreparedProperty): LiveProperty {
  const key = `report:${name}`;
  return {
    namespace,
    name,
    key,
    rfc,
    on,
    privilege: 'read',
    allprop: false,
    read: (resource) => own.read(resource),
  };
}
