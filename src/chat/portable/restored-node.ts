import type { NodeConfig } from '../../stores/conversations/index.ts';
import { pepDefaults } from '../pubsub/index.ts';

/** What a node is whose settings the document does not tell: all of it is kept, and nobody else sees it. */
export const restoredNode: NodeConfig = { ...pepDefaults, accessModel: 'whitelist', maxItems: 'max' };
