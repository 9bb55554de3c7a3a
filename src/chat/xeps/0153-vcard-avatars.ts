import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { avatarHash } from '../cards/index.ts';
import { anew } from '../presence/index.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';

const updateNs = 'vcard-temp:x:update';

/** That there is none, as the server says it: by that it is known from what clients say. */
const noPicture = element('x', updateNs, {}, element('photo', updateNs));

/** XEP-0398 §4: whether the client says that there is none, which stays. */
function isDeclined(said: Element | undefined): boolean {
  const photo = said && childOf(said, 'photo', updateNs);
  return photo !== undefined && photo.children.length === 0 && said !== noPicture;
}

/** XEP-0398 §4: the server says which picture it is, unless the client says that it is none. */
function shown({ home, chat }: Session, of: Element): Element | Promise<Element> {
  if (chat.cards === null || isDeclined(childOf(of, 'x', updateNs))) return of;
  const hash = avatarHash(home);
  return hash instanceof Promise ? hash.then((found) => withHash(of, found)) : withHash(of, hash);
}

function withHash(of: Element, hash: string | null): Element {
  if (hash === null) return of;
  const children = of.children.filter((child) => typeof child === 'string' || child.ns !== updateNs);
  const x = hash === '' ? noPicture : element('x', updateNs, {}, element('photo', updateNs, {}, hash));
  return { ...of, children: [...children, x] };
}

/** What is said to everybody is said again where it names another picture than the card has by now. */
export async function tellPicture(home: Home): Promise<void> {
  const hash = (await avatarHash(home)) ?? '';
  await anew(home, (of) => {
    const said = childOf(of, 'x', updateNs);
    const photo = said && childOf(said, 'photo', updateNs);
    if (isDeclined(said) || (photo === undefined ? '' : textOf(photo)) === hash) return of;
    return withHash(of, hash);
  });
}

/** Which picture somebody has, for clients that read it from the vCard. */
export const vcardAvatars: Specification = {
  xep: '0153',
  name: 'vCard-Based Avatars',
  version: '1.1.1',
  presence: { shown },
};
