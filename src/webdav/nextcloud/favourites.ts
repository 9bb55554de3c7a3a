import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import type { Sharing } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import { FolderEntry, SharedFolder } from '../files/index.ts';
import { planOf } from '../properties/plan.ts';
import { readReportWish } from '../properties/wish.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { DavReport, Resource } from '../types.ts';

const owncloud = 'http://owncloud.org/ns';

const isSearched = (resource: Resource): resource is FolderEntry | SharedFolder =>
  resource instanceof FolderEntry || resource instanceof SharedFolder;

/** What the visitor marked as a favourite anywhere below a folder; the report costs what is marked, not what is there. */
export function filterFiles(sharing: Pick<Sharing, 'favouritesOf'>): DavReport {
  return {
    namespace: owncloud,
    name: 'filter-files',
    rfc: 'Nextcloud client APIs, WebDAV',
    on: isSearched,
    privilege: 'read',
    async run(exchange, resource, body) {
      demandFavourites(body);
      const { visit } = exchange;
      const { visitor } = visit;
      const plan = planOf(readReportWish(body), visit);
      const marked = visitor.kind === 'member' ? await sharing.favouritesOf(visitor.member.id) : [];
      const answer = exchange.multiStatus(preferencesApplied(exchange));
      for (const { account, node: id } of marked) {
        const found = isSearched(resource) ? await resource.descendant({ account, id }) : null;
        if (found) await answer.response(visit.href(found), await plan.row(found, visit));
      }
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
