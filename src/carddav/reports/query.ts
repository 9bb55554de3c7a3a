import { FormatError } from '../../base/index.ts';
import { factsOf, readDigest, readKept } from '../../formats/vcard/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import { answerQuery, type DavReport, inHome } from '../../webdav/index.ts';
import { judge } from '../filter/judge.ts';
import { readFilter } from '../filter/parse.ts';
import { refuterOf } from '../filter/refute.ts';
import type { CardFilter } from '../filter/types.ts';
import { carddav } from '../names.ts';

const everything: CardFilter = { all: true, props: [] };

/** RFC 6352 §8.6. The digest says what is; bytes are read for what stands nowhere else, and for what is answered. */
export const addressbookQuery: DavReport = {
  namespace: carddav,
  name: 'addressbook-query',
  rfc: '6352 §8.6',
  on: inHome('contacts'),
  privilege: 'read',
  async run(exchange, resource, body) {
    const element = body.children.find(({ namespace, name }) => namespace === carddav && name === 'filter');
    // Evolution lists all cards so, and says Depth: 0.
    const filter = element === undefined ? everything : readFilter(element);
    const isNone = refuterOf(filter);
    await answerQuery(exchange, resource, body, {
      max: readLimit(body),
      inside: element === undefined,
      pages: ({ scene, row }) => scene.house.collections.items(row.account, row.id),
      judgeOf: () => ({
        row({ digest }) {
          if (filter.props.length === 0) return true;
          if (isNone(digest)) return false;
          const facts = readDigest(digest);
          return facts === null ? null : judge(filter, facts);
        },
        item: ({ held }) => held !== null && judge(filter, factsOf(readKept(held))) === true,
      }),
    });
  },
};

/** CARDDAV:limit (§10.6) */
function readLimit(body: XmlElement): number {
  const limit = body.children.find(({ namespace, name }) => namespace === carddav && name === 'limit');
  const text = limit && childOf(limit, 'nresults')?.text.trim();
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,15}$/.test(text)) throw new FormatError('CARDDAV:nresults is a number');
  return Number(text);
}
