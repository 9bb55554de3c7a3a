import { randomToken } from '../../base/index.ts';
import { childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { scramClient } from '../scram.ts';
import { showElement } from './show.ts';

export const saslNs = 'urn:ietf:params:xml:ns:xmpp-sasl';

export type SaslMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-1' | 'PLAIN';
const byPreference: readonly SaslMechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];

/** The wanted mechanism, or the best of those that are offered. Throws an Error where there is none. */
export function mechanismFor(mechanisms: Element | undefined, wanted?: SaslMechanism): SaslMechanism {
  const offered = mechanisms === undefined ? [] : childrenOf(mechanisms, 'mechanism').map(textOf);
  const found = byPreference.find((name) => offered.includes(name) && (wanted ?? name) === name);
  if (found === undefined)
    throw new Error(`no ${wanted ?? byPreference.join(', ')} among the mechanisms: ${offered.join(', ')}`);
  return found;
}

export interface SaslTalk {
  send(text: string): Promise<void>;
  receive(): Promise<Element>;
}

/** RFC 6120 §6.4, as a client; throws an Error that says what the server answered, or where it does not know the password. */
export async function authenticate(
  talk: SaslTalk,
  mechanism: SaslMechanism,
  username: string,
  password: string,
): Promise<void> {
  const auth = (message: string) =>
    talk.send(`<auth xmlns='${saslNs}' mechanism='${mechanism}'>${base64(message)}</auth>`);
  if (mechanism === 'PLAIN') {
    await auth(`\0${username}\0${password}`);
    expectName(await talk.receive(), 'success');
    return;
  }
  const digest = mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
  const client = scramClient({ digest, username, password, nonce: randomToken(16) });
  await auth(client.first);
  const final = client.final(decoded(expectName(await talk.receive(), 'challenge')));
  await talk.send(`<response xmlns='${saslNs}'>${base64(final)}</response>`);
  const answer = await talk.receive();
  // RFC 6120 §6.4.6: the last message comes with <success/>, or as a challenge of its own before.
  const verifier = decoded(answer);
  if (answer.name === 'challenge') {
    await talk.send(`<response xmlns='${saslNs}'/>`);
    expectName(await talk.receive(), 'success');
  } else {
    expectName(answer, 'success');
  }
  if (verifier !== client.verifier) throw new Error(`the server does not know the password: ${verifier}`);
}

function expectName(element: Element, name: string): Element {
  if (element.name === name && element.ns === saslNs) return element;
  throw new Error(`expected <${name}/> of SASL, came\n${showElement(element)}`);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const decoded = (element: Element) => Buffer.from(textOf(element), 'base64').toString();
