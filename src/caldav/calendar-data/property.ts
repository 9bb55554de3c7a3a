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
import { caldav } from '../names.ts';
import { type Rendering, render } from './render.ts';
import { isData, readDataWish } from './wish.ts';

/** What a report's body asks of each object: properties, and among them its data, which no PROPFIND has (RFC 4791 §9.6). */
export interface DataPlan {
  readonly plan: Plan;
  /** Whether the bytes of each are needed. */
  readonly data: boolean;
}

export function dataPlanOf(body: XmlElement, visit: Visit, rendering: Omit<Rendering, 'wish'>): DataPlan {
  const prop = body.children.find(({ namespace, name }) => namespace === 'DAV:' && name === 'prop');
  const element = prop?.children.find(isData);
  if (element === undefined) return { plan: planOf(readReportWish(body), visit), data: false };
  const property = dataProperty({ ...rendering, wish: readDataWish(element) });
  const dav = { ...visit.dav, properties: [property, ...visit.dav.properties] };
  return { plan: planOf(readReportWish(body), { ...visit, dav }), data: true };
}

function dataProperty(rendering: Rendering): LiveProperty {
  return {
    namespace: caldav,
    name: 'calendar-data',
    key: 'calendar-data',
    rfc: '4791 §9.6',
    on: (resource) => resource instanceof ItemResource,
    privilege: 'read',
    allprop: false,
    read(resource) {
      if (!(resource instanceof ItemResource)) return undefined;
      const { held } = resource;
      if (held) return contentText(render(held, rendering));
      return resource.shownBytes().then((bytes) => contentText(render(bytes, rendering)));
    },
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 cannot hold
const refused = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** As content of an element: most of a calendar is sent as it is. */
function contentText(text: string): Xml {
  const clean = refused.test(text) ? text.replace(new RegExp(refused, 'g'), '') : text;
  return /[&<>]/.test(clean) ? clean.replace(/[&<>]/g, (char) => escapes[char] ?? char) : clean;
}
