import { parseXml, type XmlElement } from '../../formats/xml/index.ts';
import { type BrowserAnswer, type TestBrowser, testBrowser } from '../browser.ts';
import { type SuiteOptions, startSuite, type TestSuite } from '../suite.ts';

/** A whole suite as clients of DAV meet it. */
export interface DavSuite extends TestSuite {
  readonly browser: TestBrowser;
  /** Members by the local part of their address: their account. */
  readonly ids: Readonly<Record<string, number>>;
  /** `as`: who asks; null for nobody. A body that says what it is has that type, where `headers` has no other. */
  ask(
    as: string | null,
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ): Promise<BrowserAnswer>;
}

const password = 'correct horse battery';

const types: readonly (readonly [RegExp, string])[] = [
  [/^\s*</, 'application/xml; charset=utf-8'],
  [/^BEGIN:VCALENDAR/i, 'text/calendar; charset=utf-8'],
  [/^BEGIN:VCARD/i, 'text/vcard; charset=utf-8'],
];

/** Starts the suite with these members of `coop.localhost`. The caller stops it. */
export async function startDavSuite(members: readonly string[], options?: SuiteOptions): Promise<DavSuite> {
  const suite = await startSuite(options);
  const browser = testBrowser(suite.ports.https, suite.authority);
  const ids: Record<string, number> = {};
  for (const name of members) ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  return {
    ...suite,
    browser,
    ids,
    ask(as, method, path, body, headers = {}) {
      const login = as === null ? {} : { authorization: suiteLogin(as) };
      const [, type] = types.find(([beginning]) => beginning.test(String(body ?? ''))) ?? [];
      return browser.ask(path, {
        method,
        headers: { ...login, ...(type === undefined ? {} : { 'content-type': type }), ...headers },
        ...(body === undefined ? {} : { body }),
      });
    },
  };
}

/** The header that signs a member in, by local part or address. */
export const suiteLogin = (as: string): string =>
  `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`;

/** href -> status -> local name -> element. */
export type MultiStatus = Record<string, Record<string, Record<string, XmlElement>>>;

/** What a 207 says of each property; hrefs that have a status alone have no row in theirs. */
export function readMultiStatus(text: string): MultiStatus {
  const found: MultiStatus = {};
  for (const response of parseXml(Buffer.from(text)).children) {
    const href = response.children.find(({ name }) => name === 'href')?.text;
    if (response.name !== 'response' || href === undefined) continue;
    const row: MultiStatus[string] = {};
    for (const { name, children } of response.children) {
      if (name !== 'propstat') continue;
      const status = children.find((each) => each.name === 'status')?.text.split(' ')[1] ?? '';
      const prop = children.find((each) => each.name === 'prop');
      row[status] = Object.fromEntries((prop?.children ?? []).map((each) => [each.name, each]));
    }
    found[href] = row;
  }
  return found;
}
