import { element } from '../../formats/stanza/index.ts';
import { fastMechanisms, fastNs, giveToken } from '../auth/fast.ts';
import type { Specification } from '../specification.ts';

/** Fast Authentication Streamlining Tokens. TLS early data are not taken, so nothing of them is said. */
export const fast: Specification = {
  xep: '0484',
  name: 'Fast Authentication Streamlining Tokens',
  version: '0.2.0',
  inline: [
    {
      offer(stream) {
        const names = fastMechanisms(stream).map((name) => element('mechanism', fastNs, {}, name));
        return names.length === 0 ? null : element('fast', fastNs, {}, ...names);
      },
      run: giveToken,
    },
  ],
};
