import type { Extension } from '../features.ts';
import { getMetadata } from '../metadata/get.ts';
import { tellMetadataNews } from '../metadata/news.ts';
import { setMetadata } from '../metadata/set.ts';

/**
 * METADATA: annotations of mailboxes and of the server. Private ones are each member's own, also on a mailbox that is
 * shared; they go when the mailbox or the member goes.
 */
export const metadataExtension: Extension = {
  rfc: 5464,
  name: 'METADATA',
  capabilities: ({ member }) => (member === null ? [] : ['METADATA']),
  commands: [getMetadata, setMetadata],
  enable: ['METADATA'],
  news: tellMetadataNews,
};
