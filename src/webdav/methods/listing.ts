import { Readable } from 'node:stream';
import { escapeXml } from '../../formats/xml/index.ts';
import type { Collection, Exchange, Resource } from '../types.ts';

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'private, no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
};

const style =
  'body{font:1em/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}table{width:100%;border-spacing:0}' +
  'td,th{padding:.2em .5em;text-align:left}td+td,th+th{text-align:right;white-space:nowrap}tr:nth-child(even){background:#8881}';

/** A folder for a browser, written while it is read. Names alone; what can be done with them is the portal's. */
export async function listing(exchange: Exchange, resource: Resource): Promise<void> {
  if (exchange.method === 'HEAD') return exchange.send(200, headers);
  await exchange.stream(200, headers, Readable.from(page(exchange, resource as Collection)));
}

async function* page(exchange: Exchange, folder: Collection): AsyncGenerator<Buffer> {
  const { visit } = exchange;
  const title = escapeXml(folder.displayName || folder.path.at(-1) || '/');
  yield Buffer.from(
    `<!doctype html>\n<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${title}</title><style>${style}</style></head><body><h1>${title}</h1>\n<table>\n` +
      `<tr><th>Name</th><th>Bytes</th><th>Changed (UTC)</th></tr>\n`,
  );
  if (folder.path.length > 0) {
    const above = visit.href({ path: folder.path.slice(0, -1), isCollection: true });
    yield Buffer.from(`<tr><td><a href="${above}">..</a></td><td></td><td></td></tr>\n`);
  }
  for await (const members of folder.members({ dead: false, locks: false })) {
    let rows = '';
    for (const member of members) if (member.may('read')) rows += row(visit.href(member), member);
    if (rows !== '') yield Buffer.from(rows);
  }
  yield Buffer.from('</table>\n</body></html>\n');
}

function row(href: string, { path, isCollection, length, modifiedMs }: Resource): string {
  const name = `${escapeXml(path.at(-1) ?? '')}${isCollection ? '/' : ''}`;
  const changed =
    modifiedMs === null ? '' : new Date(modifiedMs).toISOString().slice(0, 16).replace('T', ' ');
  return `<tr><td><a href="${href}">${name}</a></td><td>${length ?? ''}</td><td>${changed}</td></tr>\n`;
}
