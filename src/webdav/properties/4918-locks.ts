import { activeLockXml } from '../locks/active-lock.ts';
import type { ActiveLock, LiveProperty, Resource } from '../types.ts';
import { davProperty } from './live.ts';

const entry = (scope: string) =>
  `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`;
const both = entry('exclusive') + entry('shared');
const canLock = ({ locks }: Resource) => locks !== undefined;

export const lockProperties: readonly LiveProperty[] = [
  davProperty(
    'lockdiscovery',
    '4918 §15.8',
    ({ locks }, visit) => {
      const show = (held: readonly ActiveLock[]) => held.map((lock) => activeLockXml(lock, visit)).join('');
      const held = locks?.active() ?? [];
      return held instanceof Promise ? held.then(show) : show(held);
    },
    { allprop: true },
  ),
  davProperty('supportedlock', '4918 §15.10', (resource) => (canLock(resource) ? both : ''), {
    allprop: true,
  }),
];
