import type { DavExtension } from '../types.ts';
import type { FilesHouse } from './house.ts';
import { publicSpace } from './public.ts';
import { filesSpace } from './space.ts';
import { trashSpace } from './trash.ts';
import { versionsSpace } from './versions.ts';

/** Members' files, public links, trash and versions. */
export function filesExtension(house: FilesHouse): DavExtension {
  return {
    name: 'files',
    features: [],
    methods: [],
    properties: [],
    reports: [],
    spaces: [filesSpace(house), publicSpace(house), trashSpace(house), versionsSpace(house)],
  };
}
