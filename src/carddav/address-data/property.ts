import type { XmlElement } from '../../formats/xml/index.ts';
import {
  ItemResource,
  type LiveProperty,
  type Plan,
  planOf,
  readReportWish,
  type Visit,
  type Xml,
} from '../../webdav/index.ts';
import { keptVersion } from '../collections/flavor.ts';
import { carddav } from '../names.ts';
import { render } from './render.ts';
import { type DataWish, isData, readDataWish } from './wish.ts';

/** What a report's body asks of each card: properties, and among them its data, which no PROPFIND has (RFC 6352 §10.4). */
export interface DataPlan {
  readonly plan: Plan;
  /** Whether the bytes of each are needed. */
  readonly data: boolean;
}

export function dataPlanOf(body: XmlElement, visit: Visit): DataPlan {
  const prop = body.children.find(({ namespace, name }) => namespace === 'DAV:' && name === 'prop');
  const element = prop?.children.find(isData);
  if (element === undefined) return { plan: planOf(readReportWish(body), visit), data: false };
  const dav = { ...visit.dav, properties: [dataProperty(readDataWish(element)), ...visit.dav.properties] };
  return { plan: planOf(readReportWish(body), { ...visit, dav }), data: true };
}

function dataProperty(wish: DataWish): LiveProperty {
  return {
    namespace: carddav,
    name: 'address-data',
    key: 'address-data',
    rfc: '6352 §10.4',
    on: (resource) => resource instanceof ItemResource,
    privilege: 'read',
    allprop: false,
    async read(resource) {
      if (!(resource instanceof ItemResource)) return undefined;
      return contentText(render(await resource.bytes(), keptVersion(resource.row), wish));
    },
  };
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** As content of an element. A reader of XML takes a bare CR for a line feed, and the bytes would be others (XML 1.0 §2.11). */
function contentText(text: string): Xml {
  return text.replace(/[&<>\r]/g, (char) => escapes[char] ?? char);
}
