import type { Uploads } from '../../stores/files/index.ts';
import { type FilesHouse, trashSpace } from '../files/index.ts';
import type { DavBase, DavExtension } from '../types.ts';
import { bulkMethod, bulkSpace } from './bulk.ts';
import { filterFiles } from './favourites.ts';
import { nextcloudProperties, type PropertyParts } from './properties.ts';
import { uploadsSpace } from './uploads.ts';

/** Where the apps look for DAV: the visitor's files by themselves, and all of it. */
export const nextcloudBases: readonly DavBase[] = [
  {
    prefix: '/remote.php/webdav',
    below: (visitor) => (visitor.kind === 'member' ? ['files', visitor.handle] : []),
  },
  { prefix: '/remote.php/dav' },
];

export function nextcloudExtension(
  parts: PropertyParts & { readonly house: FilesHouse; readonly uploads: Uploads },
): DavExtension {
  const { house, uploads, instance } = parts;
  return {
    name: 'nextcloud',
    features: [],
    methods: [bulkMethod(instance)],
    properties: nextcloudProperties(parts),
    reports: [filterFiles(parts.sharing)],
    spaces: [
      uploadsSpace(house, uploads),
      trashSpace(house, { name: 'trashbin', below: ['trash'], back: 'restore' }),
      bulkSpace,
    ],
  };
}
