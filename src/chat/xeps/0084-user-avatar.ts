import { avatarMetadataNs, avatarToCard } from '../cards/index.ts';
import { inTurn } from '../roster/index.ts';
import type { Specification } from '../specification.ts';

/** Pictures in nodes; what a client publishes stands in the member's own card, and so in XEP-0153. */
export const userAvatar: Specification = {
  xep: '0084',
  name: 'User Avatar',
  version: '1.1.4',
  nodes: [{ node: avatarMetadataNs, changed: (home) => inTurn(home, () => avatarToCard(home)) }],
};
