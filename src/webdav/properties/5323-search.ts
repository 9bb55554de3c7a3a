import type { LiveProperty } from '../types.ts';
import { davElement, davProperty, onCollections } from './live.ts';

export const searchProperties: readonly LiveProperty[] = [
  davProperty(
    'supported-query-grammar-set',
    '5323 §3.3',
    () => davElement('supported-query-grammar', davElement('grammar', '<D:basicsearch/>')),
    { on: onCollections },
  ),
];
