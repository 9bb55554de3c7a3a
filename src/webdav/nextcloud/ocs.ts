import { escapeXml } from '../../formats/xml/index.ts';
import type { Refusal } from '../errors.ts';

/** What an endpoint answers; lists and objects of plain values. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

export interface OcsAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A status of HTTP, and what is shown to the member. */
type OcsRefusal = Pick<Refusal, 'status' | 'message'>;

interface Envelope {
  readonly version: 1 | 2;
  readonly json: boolean;
}

/** Version 1 says 100 for what went well; version 2 says what HTTP says. */
export function ocsAnswer({ version, json }: Envelope, data: Data, error?: OcsRefusal): OcsAnswer {
  const good = version === 1 ? 100 : 200;
  const code = error ? (error.status === 401 ? 997 : error.status) : good;
  const meta = {
    status: error ? 'failure' : 'ok',
    statuscode: code,
    message: error?.message ?? 'OK',
  };
  const status = error && (version === 2 || error.status === 401) ? error.status : 200;
  if (json)
    return {
      status,
      type: 'application/json; charset=utf-8',
      body: JSON.stringify({ ocs: { meta, data } }),
    };
  const inner = `<meta>${xmlOf(meta)}</meta><data>${xmlOf(data)}</data>`;
  return {
    status,
    type: 'application/xml; charset=utf-8',
    body: `<?xml version="1.0"?>\n<ocs>${inner}</ocs>\n`,
  };
}

function xmlOf(data: Data): string {
  if (data === null) return '';
  if (typeof data === 'boolean') return data ? '1' : '';
  if (typeof data !== 'object') return escapeXml(String(data));
  if (isList(data)) return data.map((each) => `<element>${xmlOf(each)}</element>`).join('');
  return Object.entries(data)
    .map(([name, value]) => `<${name}>${xmlOf(value)}</${name}>`)
    .join('');
}

function isList(data: readonly Data[] | { readonly [key: string]: Data }): data is readonly Data[] {
  return Array.isArray(data);
}
