import { FormatError } from '../../../base/index.ts';
import { isDmarc, readDmarc, readTags } from '../../../formats/dns-text/index.ts';
import { quoted, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind } from '../types.ts';

const nameOf = (domain: string) => `default._bimi.${domain}`;

/** A sign beside our mail (draft-brand-indicators-for-message-identification). Nothing is made up: there is no picture here. */
export const bimi: RecordKind = {
  name: 'BIMI',
  rfc: 7489,
  purpose: 'a picture beside our mail; most receivers want a paid certificate for it',
  need: 'optional',
  scope: 'domain',
  records: () => [],
  async check(domain, _facts, { resolver }) {
    const say = verdicts('optional', nameOf(domain));
    const found = (await recordsOf(resolver.txt(nameOf(domain)))).filter((text) =>
      /^v=BIMI1(;|$)/.test(text),
    );
    const [text] = found;
    if (text === undefined) return [say.missing('no picture', null)];
    try {
      const tags = readTags(text);
      if (!/^https:\/\/\S+\.svg$/i.test(tags.get('l') ?? '') && tags.get('l') !== '')
        return [say.wrong(`${quoted(text)}: l= is no https address of an SVG`)];
      const dmarc = (await recordsOf(resolver.txt(`_dmarc.${domain}`))).find(isDmarc);
      if (dmarc === undefined || readDmarc(dmarc).policy === 'none')
        return [say.warning(quoted(text), 'counts only with a DMARC policy of quarantine or reject')];
      return [say.ok(quoted(text))];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [say.wrong(`${quoted(text)}: ${error.message}`)];
    }
  },
};
