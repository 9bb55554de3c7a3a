import { unescapeText } from '../../content-lines/index.ts';
import type { Card } from '../types.ts';
import { toFour } from './to-four.ts';
import { toThree } from './to-three.ts';

/**
 * A card as another version says it. Nothing is lost that both can say, and what the other has no word for keeps its name:
 * RFC 2426 §4 and RFC 6350 §3.3 let readers pass over names that they do not know. The UID never changes.
 */
export function convert(card: Card, to: '3.0' | '4.0'): Card {
  if (card.version === to) return card;
  const threeToo = card.version !== '4.0';
  if (to === '3.0')
    return { ...card, version: to, properties: threeToo ? card.properties : toThree(card.properties) };
  return { ...card, version: to, properties: toFour(card.properties) };
}

/** A card's name as it is shown. */
export function nameOfCard(card: Card): string {
  return unescapeText(card.properties.find(({ name }) => name === 'FN')?.value ?? '');
}
