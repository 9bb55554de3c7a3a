import { mailOf } from '../../../formats/icalendar/index.ts';
import { readDigest } from '../../../formats/vcard/index.ts';
import type { CollectionsReader, NewJob } from '../../../stores/collections/index.ts';
import { readPosted, uidIn } from '../jobs.ts';

/** Said by an attendee: it changes nothing but what they were asked. */
const answers: ReadonlySet<string> = new Set(['REPLY', 'COUNTER', 'REFRESH']);

/**
 * Whether a member knows who sends them a message: they have them in an address book, or have the object already. An
 * answer is asked for.
 */
export async function isKnown(
  collections: CollectionsReader,
  account: number,
  job: NewJob,
): Promise<boolean> {
  const posted = readPosted(job.payload);
  if (posted === null) return false;
  if (answers.has(/^METHOD:([A-Z]+)/im.exec(posted.calendar)?.[1]?.toUpperCase() ?? '')) return true;
  if ((await collections.byUid(account, 'calendars', uidIn(posted.calendar))).length > 0) return true;
  const address = mailOf(posted.from);
  return address !== null && isInBooks(collections, account, address);
}

async function isInBooks(collections: CollectionsReader, account: number, address: string): Promise<boolean> {
  for (const { id } of await collections.collections(account, 'contacts')) {
    for await (const page of collections.items(account, id))
      if (page.some(({ digest }) => digest.toLowerCase().includes(address) && hasAddress(digest, address)))
        return true;
  }
  return false;
}

const hasAddress = (digest: string, address: string): boolean =>
  readDigest(digest)?.facts.some(({ name, text }) => name === 'EMAIL' && text?.toLowerCase() === address) ??
  false;
