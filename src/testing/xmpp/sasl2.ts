import { randomToken } from '../../base/index.ts';
import { childOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { type ScramClientOptions, scramClient } from '../scram.ts';
import type { XmppActor } from './actor.ts';

const sasl2Ns = 'urn:xmpp:sasl:2';

export interface Sasl2Login extends Partial<ScramClientOptions> {
  readonly username: string;
  readonly password: string;
  /** Default SCRAM-SHA-256. */
  readonly mechanism?: string;
  /** Children of `<authenticate/>`, as XML: `<bind/>`, `<user-agent/>`. */
  readonly more?: string;
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

/** The answer to a login with XEP-0388, `<success/>` or `<failure/>`; throws an Error where the server does not know the password. */
export async function loginSasl2(actor: XmppActor, login: Sasl2Login): Promise<Element> {
  const { username, password, mechanism = 'SCRAM-SHA-256', more = '', ...rest } = login;
  const digest = mechanism.startsWith('SCRAM-SHA-1-') || mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
  const client = scramClient({ digest, username, password, nonce: randomToken(60), ...rest });
  const initial = mechanism === 'PLAIN' ? `\0${username}\0${password}` : client.first;
  const head = `<authenticate xmlns='${sasl2Ns}' mechanism='${mechanism}'>`;
  await actor.send(`${head}<initial-response>${base64(initial)}</initial-response>${more}</authenticate>`);
  const first = await actor.receive();
  if (first.name !== 'challenge') return first;
  const serverFirst = Buffer.from(textOf(first), 'base64').toString();
  await actor.send(`<response xmlns='${sasl2Ns}'>${base64(client.final(serverFirst))}</response>`);
  const answer = await actor.receive();
  const verifier = Buffer.from(textOf(childOf(answer, 'additional-data')), 'base64').toString();
  if (answer.name === 'success' && verifier !== client.verifier)
    throw new Error(`the server does not know the password: ${verifier}`);
  return answer;
}
