import { createHmac } from 'node:crypto';
import { childrenOf, type Element, element } from '../../formats/stanza/index.ts';
import { dateTime } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import type { TurnServer } from '../services.ts';
import type { IqHandler, IqRequest, Specification } from '../specification.ts';

const externalNs = 'urn:xmpp:extdisco:2';

interface External {
  readonly type: 'stun' | 'turn' | 'turns';
  readonly transport: 'udp' | 'tcp';
  readonly host: string;
  readonly port: number;
}

function servicesOf({ host, port, tlsPort }: TurnServer): readonly External[] {
  const overTls: External[] =
    tlsPort === null ? [] : [{ type: 'turns', transport: 'tcp', host, port: tlsPort }];
  return [
    { type: 'stun', transport: 'udp', host, port },
    { type: 'turn', transport: 'udp', host, port },
    { type: 'turn', transport: 'tcp', host, port },
    ...overTls,
  ];
}

/**
 * Names that end by themselves (draft-uberti-behave-turn-rest §2.2): when, and for the operator of the TURN server, of which
 * account. No address is in it.
 */
export function turnCredentials({ secret, ttl }: TurnServer, account: number, nowMs: number) {
  const expires = Math.ceil((nowMs + ttl) / 1_000);
  const username = `${expires}:${account}`;
  return {
    username,
    // SHA-1 is what TURN servers know; the secret has 128 bits at least.
    password: createHmac('sha1', secret).update(username).digest('base64'),
    expires: dateTime(expires * 1_000),
  };
}

function serviceElement({ chat, session }: IqRequest, turn: TurnServer, external: External): Element {
  const { type, transport, host, port } = external;
  const about = { type, transport, host, port: String(port) };
  if (type === 'stun' || session === null) return element('service', externalNs, about);
  const credentials = turnCredentials(turn, session.home.account, chat.clock.nowMs());
  return element('service', externalNs, { ...about, restricted: 'true', ...credentials });
}

/** §3.1, §3.2: all of them, or those of a type. */
function services(request: IqRequest): Element {
  const { type } = request.payload.attributes;
  const turn = request.chat.settings().turn;
  const wanted = (turn ? servicesOf(turn) : []).filter((each) => type === undefined || each.type === type);
  const children = turn ? wanted.map((each) => serviceElement(request, turn, each)) : [];
  return element('services', externalNs, { type }, ...children);
}

/** §3.3: of one that the client knows already. */
function credentials(request: IqRequest): Element {
  const [asked, ...more] = childrenOf(request.payload, 'service', externalNs);
  if (asked === undefined || more.length > 0)
    throw new StanzaError('bad-request', { text: 'one service is named' });
  const { host, type, port } = asked.attributes;
  const turn = request.chat.settings().turn;
  const matching = (turn ? servicesOf(turn) : []).filter(
    (each) => each.host === host && each.type === type && (port === undefined || String(each.port) === port),
  );
  if (turn === undefined || matching.length === 0) throw new StanzaError('item-not-found');
  return element(
    'credentials',
    externalNs,
    {},
    ...matching.map((each) => serviceElement(request, turn, each)),
  );
}

const asked = (name: string, run: IqHandler['run']): IqHandler => ({
  name,
  ns: externalNs,
  type: 'get',
  at: 'server',
  who: 'members',
  run,
});

/** External Service Discovery: where calls find a way through, with credentials of the moment. */
export const externalServices: Specification = {
  xep: '0215',
  name: 'External Service Discovery',
  version: '1.0.0',
  features: { server: [externalNs] },
  iq: [asked('services', services), asked('credentials', credentials)],
};
