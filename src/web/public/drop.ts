import { StoreError } from '../../base/index.ts';
import { numbered } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { FormRefused } from '../http/form-refused.ts';
import { fromElsewhere } from '../http/forms.ts';
import { boundaryOf, type Part, readParts } from '../http/multipart.ts';
import { seeOther } from '../http/page.ts';
import { numberedNamesMax } from '../limits.ts';
import { addressOf, type Place } from './place.ts';

/** Some browsers send a path; of it the last name counts. */
export function fileName(sent: string): string {
  const last = sent.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/\p{Cc}/gu, '')
    .trim()
    .toWellFormed();
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean;
}

const taken = (error: unknown) =>
  error instanceof StoreError && (error.reason === 'exists' || error.reason === 'conflict');

/** Puts one file into the folder under a name that is free: what is there is never replaced. */
async function keep(house: House, { link, node: { account, id } }: Place, part: Part): Promise<void> {
  const content = await house.files.stage(account, part.data);
  try {
    // The link may have been taken back while its bytes came.
    const now = await house.sharing.link(link.token);
    const chain = await house.files.chain(account, id);
    if (!now || now.rights === 'read' || !chain.some((each) => each.id === link.node))
      throw new FormRefused(403, 'the link has ended meanwhile');
    const name = fileName(part.filename ?? '');
    const options = { by: { member: 0, tokens: [] }, expect: { stamp: null } };
    for (let number = 1; ; number++) {
      try {
        const free = number === 1 ? name : numbered(name, number);
        await house.files.put({ account, folder: id, name: free }, content, options);
        return;
      } catch (error) {
        if (!taken(error) || number >= numberedNamesMax) throw error;
      }
    }
  } finally {
    content.release();
  }
}

/** Files that a visitor of the link brings, one after the other, never held; each is there whole or not at all. */
export async function takeFiles(visit: Visit, house: House, place: Place): Promise<Response> {
  const { link, path } = place;
  const { request } = visit;
  if (fromElsewhere(request)) throw new FormRefused(403, 'sent from another site');
  const boundary = boundaryOf(request.headers.get('content-type'));
  if (boundary === null || request.body === null) throw new FormRefused(415, 'not a form with files');
  let count = 0;
  for await (const part of readParts(request.body, boundary)) {
    // A browser sends an empty name where no file was chosen.
    if (part.filename === null || part.filename === '') continue;
    await keep(house, place, part);
    count++;
  }
  return seeOther(`${addressOf(link, path)}?taken=${count}`);
}
