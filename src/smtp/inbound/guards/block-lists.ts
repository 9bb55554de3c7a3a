import { isPublicAddress } from '../../../net/index.ts';
import { reply } from '../../wire/reply.ts';
import type { LookUps } from './look-ups.ts';
import { reversedName } from './network-of.ts';
import type { BlockList } from './settings.ts';
import { type Guard, pass, refuse, suspicious, unknown, type Verdict } from './types.ts';

/** DNS lists of addresses (RFC 5782). */
export function blockLists(lists: readonly BlockList[], lookUps: LookUps): Guard {
  return {
    name: 'block-lists',
    waits: true,
    connect({ address }) {
      const name = isPublicAddress(address) ? reversedName(address) : null;
      return name === null ? pass : look(lookUps, lists, [name], 'Your address');
    },
  };
}

/** DNS lists of domains: that of the sender, and the name the peer gives itself. */
export function domainLists(lists: readonly BlockList[], lookUps: LookUps): Guard {
  return {
    name: 'domain-lists',
    waits: true,
    hello: ({ hello }) => (isDomain(hello) ? look(lookUps, lists, [hello], 'The name of your server') : pass),
    mail({ sender }) {
      const domain = sender?.mailbox?.domain ?? '';
      return isDomain(domain) ? look(lookUps, lists, [domain], 'The domain of the sender') : pass;
    },
  };
}

/** A name that may be asked for below a zone: at least two labels, and not all digits, which would be an address. */
function isDomain(name: string): boolean {
  return name.length <= 200 && /^(?:[a-z0-9_-]{1,63}\.)+(?!\d+$)[a-z0-9-]{2,63}$/i.test(name);
}

/** All lists at once; one that refuses goes before points, trouble counts where nothing else does. */
async function look(
  lookUps: LookUps,
  lists: readonly BlockList[],
  names: readonly string[],
  what: string,
): Promise<Verdict> {
  const asked = lists.flatMap((list) =>
    names.map((name) => ({ list, answer: lookUps.listed(name, list.zone) })),
  );
  let points = 0;
  let trouble = false;
  for (const { list, answer } of asked) {
    const listed = await answer;
    if (listed === 'trouble') trouble = true;
    else if (listed && list.points === 'refuse') {
      return refuse(reply(550, '5.7.1', `${what} is on the list ${list.zone}`));
    } else if (listed && list.points !== 'refuse') points += list.points;
  }
  return points === 0 && trouble ? unknown : suspicious(points);
}
