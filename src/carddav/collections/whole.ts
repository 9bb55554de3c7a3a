import type { Whole } from '../../webdav/index.ts';

/** An address book as a file of cards, each as it is kept. */
export const wholeBook: Whole = {
  type: 'text/vcard; charset=utf-8',
  extension: '.vcf',
  async *join(_, items) {
    for await (const { bytes } of items) {
      yield bytes;
      if (bytes.at(-1) !== 0x0a) yield '\r\n';
    }
  },
};
