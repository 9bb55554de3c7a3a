import { type Element, element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { availableOf } from '../presence/index.ts';
import { mayKnowAccount } from '../roster/index.ts';
import type { IqRequest, Specification } from '../specification.ts';

const lastNs = 'jabber:iq:last';

const answer = (ms: number, status = ''): Element =>
  element('query', lastNs, { seconds: String(Math.max(0, Math.floor(ms / 1_000))) }, status);

/** §4: since when nobody of the account is there, and what was said then; for those who may know its presence. */
async function ofAccount({ chat, home, stanza }: IqRequest): Promise<Element> {
  // Others hear what they hear of an account that is not there.
  if (home === null || !(await mayKnowAccount(home, stanza.from)))
    throw new StanzaError('service-unavailable');
  if (availableOf(home).length > 0) return answer(0);
  const { last } = await home.state();
  if (last === null) throw new StanzaError('item-not-found', { text: 'nobody was ever there' });
  return answer(chat.clock.nowMs() - last.atMs, last.status);
}

/** Since when the server runs, and since when nobody of an account is there. Clients answer for themselves. */
export const lastActivity: Specification = {
  xep: '0012',
  name: 'Last Activity',
  version: '2.0',
  features: { server: [lastNs], account: [lastNs] },
  iq: [
    {
      name: 'query',
      ns: lastNs,
      type: 'get',
      at: 'server',
      who: 'anyone',
      run: ({ chat }) => answer(chat.clock.nowMs() - chat.startedAtMs),
    },
    { name: 'query', ns: lastNs, type: 'get', at: 'account', who: 'anyone', run: ofAccount },
  ],
};
