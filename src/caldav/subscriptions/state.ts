import { escapeXml, parseXml } from '../../formats/xml/index.ts';
import type { KeptProperty, PropertyChange } from '../../stores/collections/index.ts';

/** What is known of a subscription from its last reading; a property of its calendar that clients may look at. */
export interface FeedState {
  /** Of what was read last; '' for none. */
  readonly etag: string;
  readonly modified: string;
  /** Readings in a row that failed. */
  readonly failures: number;
  /** Why the last one did; '' where it did not. */
  readonly reason: string;
}

export const noState: FeedState = { etag: '', modified: '', failures: 0, reason: '' };

const namespace = 'urn:myco:calendars';
const name = 'subscription-state';

export function stateIn(properties: readonly KeptProperty[]): FeedState {
  const kept = properties.find((each) => each.namespace === namespace && each.name === name);
  if (kept === undefined) return noState;
  try {
    const { attributes } = parseXml(Buffer.from(kept.xml));
    const of = (wanted: string) => attributes.find((each) => each.name === wanted)?.value ?? '';
    const failures = Number(of('failures'));
    return {
      etag: of('etag'),
      modified: of('modified'),
      failures: Number.isSafeInteger(failures) && failures > 0 ? failures : 0,
      reason: of('reason'),
    };
  } catch {
    // Its owner may write into it what they like.
    return noState;
  }
}

export function stateChange(state: FeedState): PropertyChange {
  const status = state.reason === '' ? 'read' : 'failed';
  const attributes = Object.entries({ status, ...state })
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  return { namespace, name, xml: `<m:${name} xmlns:m="${namespace}"${attributes}/>` };
}
