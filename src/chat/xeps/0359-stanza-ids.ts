import { bareText } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { carbonsNs, delayNs, stanzaIdNs } from '../archive/index.ts';
import type { Chat } from '../services.ts';
import type { Specification } from '../specification.ts';
import { type Stanza, tryJid, withChildren } from '../stanza.ts';

/** Whose name nobody else may speak in: the account `home`, and where it is not one of them that speaks, our hosts. */
interface Names {
  readonly chat: Chat;
  readonly home: string;
  readonly isOfHost: boolean;
}

function isInOurName({ chat, home, isOfHost }: Names, by: string | undefined): boolean {
  const jid = tryJid(by);
  if (jid === null) return false;
  return jid.local === '' ? !isOfHost && chat.router.isOurs(jid.domain) : bareText(jid) === home;
}

/** What only the server of who hears it says: copies for other sessions, where it is kept, when it came. */
function isForged(names: Names, { ns, name, attributes }: Element): boolean {
  if (ns === stanzaIdNs) return name === 'stanza-id' && isInOurName(names, attributes.by);
  if (ns === delayNs) return name === 'delay' && isInOurName(names, attributes.from);
  return ns === carbonsNs && name !== 'private';
}

/** XEP-0359 §4: what others say in our name is taken out. The same one where there is nothing. */
function cleaned(names: Names, stanza: Stanza): Stanza {
  const { children } = stanza.element;
  const isBad = (child: Element | string) => typeof child !== 'string' && isForged(names, child);
  if (!children.some(isBad)) return stanza;
  return withChildren(
    stanza,
    children.filter((child) => !isBad(child)),
  );
}

/** Unique and Stable Stanza IDs; `<stanza-id/>` itself is put there by who keeps the message. */
export const stanzaIds: Specification = {
  xep: '0359',
  name: 'Unique and Stable Stanza IDs',
  version: '0.7.0',
  features: { server: [stanzaIdNs], account: [stanzaIdNs] },
  message: [
    {
      phase: 'send',
      run(sending) {
        const { chat, home } = sending.session;
        sending.stanza = cleaned({ chat, home: home.text, isOfHost: false }, sending.stanza);
        return undefined;
      },
    },
    {
      phase: 'receive',
      run(delivery) {
        const { chat, text } = delivery.home;
        const { from } = delivery.stanza;
        const isOfHost =
          chat.router.isOurs(from.domain) && (from.local === '' || !chat.homes.isLocal(from.domain));
        delivery.stanza = cleaned({ chat, home: text, isOfHost }, delivery.stanza);
        return undefined;
      },
    },
  ],
};
