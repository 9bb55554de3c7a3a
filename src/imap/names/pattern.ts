import { delimiter } from '../../stores/mail/index.ts';

/**
 * Whether a mailbox name matches a pattern of LIST: '*' is anything, '%' anything without the delimiter. RFC 9051
 * §6.3.9. Walks all readings of the pattern at once: time is at most name × pattern, whatever the wildcards.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const text = pattern.replace(/[*%]*\*[*%]*/g, '*').replace(/%+/g, '%');
  // RFC 9051 §5.1: INBOX has no case.
  const wanted = name === 'INBOX' ? text.toUpperCase() : text;
  let places = new Set<number>();
  enter(places, wanted, 0);
  for (const character of name) {
    const next = new Set<number>();
    for (const place of places) step(next, wanted, place, character);
    if (next.size === 0) return false;
    places = next;
  }
  return places.has(wanted.length);
}

/** A wildcard may stand for nothing: the place after it is reached too. */
function enter(places: Set<number>, pattern: string, place: number): void {
  let at = place;
  while (!places.has(at)) {
    places.add(at);
    const sign = pattern[at];
    if (sign !== '*' && sign !== '%') return;
    at++;
  }
}

function step(next: Set<number>, pattern: string, place: number, character: string): void {
  const sign = pattern[place];
  if (sign === '*' || (sign === '%' && character !== delimiter)) enter(next, pattern, place);
  else if (sign !== '%' && pattern.startsWith(character, place))
    enter(next, pattern, place + character.length);
}
