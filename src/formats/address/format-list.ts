import type { AddressEntry, AddressItem } from './list.ts';
import { quoteLocal } from './mailbox.ts';

const phrasePattern =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\uffff]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\uffff]+)*$/;

/**
 * The list as the value of a header field, on one line. Control characters become spaces, so that no value can
 * start a field of its own.
 */
export function formatAddressList(entries: readonly AddressEntry[]): string {
  return entries
    .map((entry) =>
      entry.kind === 'mailbox'
        ? formatItem(entry)
        : `${formatPhrase(entry.name)}: ${entry.members.map(formatItem).join(', ')};`,
    )
    .join(', ');
}

function formatItem(item: AddressItem): string {
  const local = quoteLocal(item.local);
  const spec = item.domain === '' ? local : `${local}@${clean(item.domain).replace(/[<>,; ]/g, '')}`;
  return item.name === null
    ? item.domain === ''
      ? `<${spec}>`
      : spec
    : `${formatPhrase(item.name)} <${spec}>`;
}

function formatPhrase(name: string): string {
  const text = clean(name);
  return phrasePattern.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}
