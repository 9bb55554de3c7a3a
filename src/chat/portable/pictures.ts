import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { avatarDataNs, avatarMetadataNs } from '../cards/index.ts';
import { vcardTempNs } from '../namespaces.ts';

/** XEP-0084: the picture that a document has published, wherever its two halves stand. */
export class Pictures {
  #info: Element | undefined;
  readonly #data = new Map<string, string>();

  see(node: string, items: Element): void {
    for (const item of childrenOf(items, 'item')) {
      if (node === avatarDataNs)
        this.#data.set(item.attributes.id ?? '', textOf(childOf(item, 'data', avatarDataNs)));
      // The last one counts.
      const metadata = node === avatarMetadataNs ? childOf(item, 'metadata', avatarMetadataNs) : undefined;
      if (metadata !== undefined) this.#info = childOf(metadata, 'info', avatarMetadataNs);
    }
  }

  /** As vcard-temp has it; null where there is none. */
  asPhoto(): Element | null {
    const { id = '', type = '' } = this.#info?.attributes ?? {};
    const data = this.#data.get(id) ?? '';
    if (data === '') return null;
    const child = (tag: string, text: string) => element(tag, vcardTempNs, {}, text);
    return element('PHOTO', vcardTempNs, {}, child('TYPE', type), child('BINVAL', data));
  }
}
