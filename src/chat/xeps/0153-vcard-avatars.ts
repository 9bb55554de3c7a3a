import { childOf, type Element, element } from '../../formats/stanza/index.ts';
import { avatarHash } from '../cards/index.ts';
import type { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';

const updateNs = 'vcard-temp:x:update';

/** XEP-0398 §4: the server says which picture it is, unless the client says that it is none. */
function shown({ home, chat }: Session, of: Element): Element | Promise<Element> {
  if (chat.cards === null) return of;
  const said = childOf(of, 'x', updateNs);
  const photo = said && childOf(said, 'photo', updateNs);
  if (photo !== undefined && photo.children.length === 0) return of;
  const hash = avatarHash(home);
  return hash instanceof Promise ? hash.then((found) => withHash(of, found)) : withHash(of, hash);
}

function withHash(of: Element, hash: string | null): Element {
  if (hash === null) return of;
  const children = of.children.filter((child) => typeof child === 'string' || child.ns !== updateNs);
  const photo = element('photo', updateNs, {}, hash);
  return { ...of, children: [...children, element('x', updateNs, {}, photo)] };
}

/** Which picture somebody has, for clients that read it from the vCard. */
export const vcardAvatars: Specification = {
  xep: '0153',
  name: 'vCard-Based Avatars',
  version: '1.1.1',
  presence: { shown },
};
