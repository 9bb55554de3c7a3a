import { refusal } from '../../refusals.ts';
import type { Terms } from '../types.ts';
import type { PersonRow } from './record.ts';

/** What the law of the country has the register, or a tax slip, say of who holds shares is known. Refuses with E_PERSON. */
export function demandIdentity({ identity }: Pick<Terms, 'identity'>, person: PersonRow): void {
  const asked = person.kind === 'legal' ? identity.legal : identity.natural;
  const missing = asked.filter((name) => person[name] === '');
  if (missing.length > 0)
    throw refusal(
      'E_PERSON',
      `before person ${person.number} holds shares the co-op has to know their ${missing.join(', ')}`,
      { person: person.number, missing: missing.join(' ') },
    );
}
