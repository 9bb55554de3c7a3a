import { type Element, textOf } from '../../formats/stanza/index.ts';
import { type FakeServer, openFakeServer } from './fake-server.ts';

export type DialbackAuthority = FakeServer;

export interface DialbackAuthorityOptions {
  readonly domain: string;
  /** The one key that it says is its own. */
  readonly key: string;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

/** The server of a domain that does nothing but answer for keys (XEP-0220 §2.4), after STARTTLS; on 127.0.0.1. */
export const openDialbackAuthority = ({
  domain,
  key,
  certificate,
}: DialbackAuthorityOptions): Promise<DialbackAuthority> =>
  openFakeServer({
    ...{ domain, certificate },
    answer: (element) => (element.name === 'verify' ? answerTo(element, key) : null),
  });

function answerTo(element: Element, key: string): string {
  const { from = '', to = '', id = '' } = element.attributes;
  const said = textOf(element).trim();
  return `<db:verify from='${to}' to='${from}' id='${id}' type='${said === key ? 'valid' : 'invalid'}'/>`;
}
