import { ItemResource, type ReportProperty, textOf } from '../../webdav/index.ts';
import { keptVersion } from '../collections/flavor.ts';
import { carddav } from '../names.ts';
import { render } from './render.ts';
import { readDataWish } from './wish.ts';

/** RFC 6352 §10.4 */
export const addressData: ReportProperty = {
  namespace: carddav,
  name: 'address-data',
  rfc: '6352 §10.4',
  on: (resource) => resource instanceof ItemResource,
  prepare(element) {
    const wish = readDataWish(element);
    return {
      read(item) {
        if (!(item instanceof ItemResource)) return undefined;
        const shown = (bytes: Buffer) => textOf(render(bytes, keptVersion(item.row), wish));
        return item.held ? shown(item.held) : item.shownBytes().then(shown);
      },
    };
  },
};
