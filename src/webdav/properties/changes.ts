import { FormatError } from '../../base/index.ts';
import { fragmentOf, type XmlElement } from '../../formats/xml/index.ts';
import { DavError } from '../errors.ts';
import { elementOf } from '../prefixes.ts';
import type {
  DavPrivilege,
  LiveProperty,
  PropertyChanges,
  QName,
  Registry,
  Resource,
  Xml,
} from '../types.ts';
import { declaredNamed, nameKey } from './declared.ts';
import { deadPropertyBytesMax, propertyChangesMax } from './limits.ts';
import { type PropertyStatus, propstat } from './plan.ts';

/** What is to become of one property, as it stood in the request. */
export interface PropertyVerdict extends QName {
  readonly status: PropertyStatus;
  /** Inside of DAV:error; '' for none. */
  readonly condition: Xml;
}

export interface PropertyRequest {
  readonly changes: PropertyChanges;
  /** DAV:resourcetype without `collection`, where it is set (RFC 5689 §3); null where it is not. */
  readonly types: readonly QName[] | null;
  readonly verdicts: readonly PropertyVerdict[];
  /** What the visitor must be allowed for it. */
  readonly demands: ReadonlySet<DavPrivilege>;
  /** Nothing of it may be done: one of the verdicts is a refusal, the others say 424. */
  readonly refused: boolean;
}

export interface PropertyTarget {
  readonly dav: Registry;
  /** Null for what is only being made: then DAV:resourcetype may be set. */
  readonly resource: Resource | null;
}

/**
 * What a DAV:propertyupdate (RFC 4918 §9.2), or the body of an extended MKCOL (RFC 5689) or MKCALENDAR, wants changed:
 * DAV:set and DAV:remove in document order, the last word on each property counting. The element is read `verbatim`.
 * FormatError for what is not such a body.
 */
export function readPropertyChanges(body: XmlElement, target: PropertyTarget): PropertyRequest {
  const reading = new Reading(target);
  for (const instruction of body.children) {
    if (instruction.namespace !== 'DAV:') continue;
    if (instruction.name !== 'set' && (instruction.name !== 'remove' || target.resource === null)) continue;
    for (const prop of instruction.children) {
      if (prop.namespace !== 'DAV:' || prop.name !== 'prop') continue;
      for (const property of prop.children) {
        reading.take([body, instruction, prop, property], property, instruction.name === 'set');
      }
    }
  }
  return reading.end();
}

class Reading {
  readonly #target: PropertyTarget;
  readonly #verdicts: PropertyVerdict[] = [];
  readonly #dead = new Map<string, QName & { xml: Xml | null }>();
  readonly #live = new Map<string, unknown>();
  readonly #demands = new Set<DavPrivilege>();
  #types: QName[] | null = null;

  constructor(target: PropertyTarget) {
    this.#target = target;
  }

  take(path: readonly XmlElement[], property: XmlElement, set: boolean): void {
    const { namespace, name } = property;
    if (this.#verdicts.length === propertyChangesMax) {
      throw new FormatError(`more than ${propertyChangesMax} properties are changed at once`);
    }
    const { status, condition = '' } = this.#judge(path, property, set);
    this.#verdicts.push({ namespace, name, status, condition });
  }

  end(): PropertyRequest {
    const refused = this.#verdicts.some(({ status }) => status !== 200);
    return {
      changes: { dead: [...this.#dead.values()], live: this.#live },
      types: this.#types,
      demands: this.#demands,
      // RFC 4918 §9.2: all or none.
      verdicts: this.#verdicts.map((verdict) =>
        refused && verdict.status === 200 ? { ...verdict, status: 424 } : verdict,
      ),
      refused,
    };
  }

  #judge(
    path: readonly XmlElement[],
    property: XmlElement,
    set: boolean,
  ): { status: PropertyStatus; condition?: Xml } {
    const { dav, resource } = this.#target;
    if (resource === null && property.namespace === 'DAV:' && property.name === 'resourcetype') {
      this.#types = property.children.filter(({ namespace, name }) => nameKey({ namespace, name }) !== plain);
      return { status: 200 };
    }
    const declared = declaredNamed(dav, property);
    const live = declared.find((each) => resource === null || each.on(resource));
    if (resource?.sets?.(property, live?.key ?? null) === false) {
      return { status: 403, condition: '<D:cannot-modify-protected-property/>' };
    }
    this.#demands.add(live?.write?.privilege ?? 'write-properties');
    const fixed = resource !== null && live?.onlyWhenMade === true;
    if (live?.write && live.deadFirst !== true && !fixed) return this.#setLive(live, set ? property : null);
    // A name that nobody may set anywhere is not to be kept as somebody's own either.
    const settable = declared.some(({ write, deadFirst }) => write !== undefined || deadFirst === true);
    if (live?.deadFirst !== true && (live !== undefined || (declared.length > 0 && !settable))) {
      return { status: 403, condition: '<D:cannot-modify-protected-property/>' };
    }
    const { namespace, name } = property;
    const xml = set ? fragmentOf(path) : null;
    if (xml !== null && Buffer.byteLength(xml) > deadPropertyBytesMax) return { status: 507 };
    const key = nameKey(property);
    // Deleted first, so that the last word stands at its place in the document.
    this.#dead.delete(key);
    this.#dead.set(key, { namespace, name, xml });
    return { status: 200 };
  }

  #setLive(live: LiveProperty, value: XmlElement | null): { status: PropertyStatus; condition?: Xml } {
    try {
      const parsed = live.write?.parse(value);
      if (parsed !== undefined) this.#live.set(live.key, parsed);
      return { status: 200 };
    } catch (error) {
      if (!(error instanceof DavError)) throw error;
      return { status: error.status === 403 ? 403 : 409, condition: error.condition };
    }
  }
}

const plain = nameKey({ namespace: 'DAV:', name: 'collection' });

/** One DAV:propstat for each status and condition, in the order of the request. */
export function verdictXml(verdicts: readonly PropertyVerdict[]): Xml {
  const groups = Map.groupBy(verdicts, ({ status, condition }) => `${status} ${condition}`);
  return [...groups.values()]
    .map((group) => {
      const [first] = group;
      if (first === undefined) return '';
      const { status, condition } = first;
      const names = new Map(group.map((each) => [nameKey(each), elementOf(each)]));
      const error = condition === '' ? '' : `<D:error>${condition}</D:error>`;
      return propstat(status, [...names.values()].join(''), error);
    })
    .join('');
}
