import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import type { Sharing } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import { FolderEntry, SharedFolder } from '../files/index.ts';
import { planOf } from '../properties/plan.ts';
import { readReportWish } from '../properties/wish.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { DavReport, Resource, Visit } from '../types.ts';

const owncloud = 'http://owncloud.org/ns';

const isSearched = (resource: Resource): resource is FolderEntry | SharedFolder =>
  resource instanceof FolderEntry || resource instanceof SharedFolder;

type Marks = Pick<Sharing, 'favouritesOf'>;

/** What the visitor marked as a favourite anywhere below a folder; it costs what is marked, not what is there. */
export async function* favouritesIn(sharing: Marks, resource: Resource, { visitor }: Visit) {
  if (!isSearched(resource) || visitor.kind !== 'member') return;
  for (const { account, node: id } of await sharing.favouritesOf(visitor.member.id)) {
    const found = await resource.descendant({ account, id });
    if (found) yield found;
  }
}

/** REPORT of what is marked. */
export function filterFiles(sharing: Marks): DavReport {
  return {
    namespace: owncloud,
    name: 'filter-files',
    rfc: 'Nextcloud client APIs, WebDAV',
    on: isSearched,
    privilege: 'read',
    async run(exchange, resource, body) {
      demandFavourites(body);
      const { visit } = exchange;
      const plan = planOf(readReportWish(body), visit);
      const answer = exchange.multiStatus(preferencesApplied(exchange));
      for await (const found of favouritesIn(sharing, resource, visit))
        await answer.response(visit.href(found), await plan.row(found, visit));
      await answer.end();
    },
  };
}

/** DavError 412 for what nothing here is marked by: tags are asked for in the same report. */
function demandFavourites({ children }: XmlElement): void {
  const rules = children.find(({ namespace, name }) => namespace === owncloud && name === 'filter-rules');
  if (!rules || rules.children.length === 0) throw new FormatError('there is no rule in oc:filter-rules');
  for (const { namespace, name, text } of rules.children)
    if (namespace !== owncloud || name !== 'favorite' || text.trim() !== '1')
      throw new DavError(412, 'files are found by oc:favorite 1, and by nothing else');
}
