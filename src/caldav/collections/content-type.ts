import type { ItemRow } from '../../stores/collections/index.ts';

/** RFC 5545 §8.1: readers learn what it is without reading it. */
export const contentType = ({ component }: Pick<ItemRow, 'component'>): string =>
  `text/calendar; charset=utf-8; component=${component.toLowerCase()}`;
