import { childOf } from '../../formats/xml/index.ts';
import { DavError, detailProperty, type LiveProperty, textOf } from '../../webdav/index.ts';
import { sourceBytesMax } from '../limits.ts';
import { calendarServer } from '../names.ts';
import { onCalendars } from '../properties/kinds.ts';

/** Where a subscription is read from. It is said when the calendar is made: what is in one would go with the first reading. */
export const sourceProperty = (allowed: boolean): LiveProperty => ({
  ...detailProperty({
    namespace: calendarServer,
    name: 'source',
    rfc: 'calendarserver',
    detail: 'source',
    on: onCalendars,
    // Many such addresses are secrets: who has the calendar by a share or acts for its owner does not need it.
    read: (value, resource) =>
      value === undefined || !onCalendars(resource) || resource.scene.right !== 'own'
        ? undefined
        : `<D:href>${textOf(value)}</D:href>`,
    parse(element) {
      if (!allowed) throw new DavError(403, 'nothing is read from elsewhere here');
      return sourceOf(childOf(element, 'href')?.text ?? element.text);
    },
  }),
  onlyWhenMade: true,
});

/** DavError 403 for what is no address of a feed. `webcal:` is http under another name; https is asked in its place. */
export function sourceOf(text: string): string {
  const written = text.trim().replace(/^webcals?:/i, 'https:');
  const refused = (why: string) => new DavError(403, `a subscription is read from http or https: ${why}`);
  if (!URL.canParse(written)) throw refused('that is no address');
  const url = new URL(written);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('this is neither');
  if (url.username !== '' || url.password !== '') throw refused('without a password in it');
  url.hash = '';
  if (Buffer.byteLength(url.href) > sourceBytesMax) throw refused(`at most ${sourceBytesMax} octets`);
  return url.href;
}
