import { FormatError, StoreError } from '../../base/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import { DavError } from '../errors.ts';
import { textOf } from '../prefixes.ts';
import { canSync, readSyncTokenUri, syncOf, syncTokenUri } from '../properties/6578-sync-token.ts';
import { sendRows } from '../properties/rows.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { Collection, DavReport, SyncAbility } from '../types.ts';
import { syncRowsMax } from './limits.ts';
import { reportPlanOf } from './plan.ts';
import { missingRow, truncatedRow } from './rows.ts';

/** RFC 6578 §3.2: what became of a collection's members since a token. */
export const syncCollection: DavReport = {
  namespace: 'DAV:',
  name: 'sync-collection',
  rfc: '6578 §3.2',
  on: canSync,
  privilege: 'read',
  async run(exchange, resource, body) {
    const { visit } = exchange;
    const sync = syncOf(resource);
    if (sync === undefined) throw new DavError(403, 'this cannot be synchronised');
    demandLevel(body, exchange.header('depth'));
    const plan = reportPlanOf(exchange, resource, body);
    const { withContent } = resource as Collection;
    let left = readLimit(body);
    let page = await changesSince(sync, readToken(body), left);
    const answer = exchange.multiStatus(preferencesApplied(exchange));
    for (;;) {
      const batches = plan.content && withContent?.call(resource, page.changed);
      for await (const batch of batches || [page.changed]) await sendRows(answer, visit, plan, batch);
      for (const name of page.gone) {
        const isCollection = name.endsWith('/');
        const path = [...resource.path, isCollection ? name.slice(0, -1) : name];
        await answer.response(visit.href({ path, isCollection }), missingRow);
      }
      left -= page.changed.length + page.gone.length;
      if (!page.more || left <= 0) break;
      page = await sync.changes(page.token, left);
    }
    // RFC 6578 §3.6
    if (page.more) await answer.response(visit.href(resource), truncatedRow);
    await answer.raw(`<D:sync-token>${textOf(syncTokenUri(page.token))}</D:sync-token>`);
    await answer.end();
  },
};

/** RFC 6578 §3.3; clients of its drafts said it with Depth, and Thunderbird still sends Depth: 1. */
function demandLevel(body: XmlElement, depth: string | undefined): void {
  const level = childOf(body, 'sync-level')?.text.trim() ?? depth?.trim().toLowerCase() ?? '1';
  if (level === 'infinite' || level === 'infinity') {
    throw new DavError(
      403,
      'a collection is synchronised by itself, not with what is below its collections',
      {
        condition: '<D:sync-traversal-supported/>',
      },
    );
  }
  if (level !== '1' && level !== '0') throw new FormatError('DAV:sync-level is 1 or infinite');
}

const notGood = () =>
  new DavError(403, 'the sync token is not good any more: begin again without one', {
    condition: '<D:valid-sync-token/>',
  });

function readToken(body: XmlElement): string {
  const uri = childOf(body, 'sync-token')?.text.trim() ?? '';
  if (uri === '') return '';
  const token = readSyncTokenUri(uri);
  if (token === null || token === '') throw notGood();
  return token;
}

function readLimit(body: XmlElement): number {
  const text = childOf(childOf(body, 'limit'), 'nresults')?.text.trim();
  if (text === undefined) return syncRowsMax;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new FormatError('DAV:nresults is a number above 0');
  return Math.min(Number(text), syncRowsMax);
}

async function changesSince(sync: SyncAbility, since: string, max: number) {
  try {
    return await sync.changes(since, max);
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'invalid') throw notGood();
    throw error;
  }
}
