import { reply } from '../wire/reply.ts';
import { authorsOf } from './authors.ts';
import type { HeaderStage } from './pipeline.ts';

const missing = reply(550, '5.7.1', 'The message has no From field');
const several = reply(550, '5.7.1', 'The message has several From fields');
const unreadable = reply(550, '5.7.1', 'The From field of the message cannot be read');

/** RFC 5322 §3.6: one From. Two readers of an ambiguous one would trust different authors (THREATS 13). */
export const fromField: HeaderStage = {
  name: 'from-field',
  run({ fields }) {
    const from = fields.filter(({ name }) => name.toLowerCase() === 'from');
    const [only] = from;
    if (!only) return missing;
    if (from.length > 1) return several;
    return authorsOf(only.value) === null ? unreadable : null;
  },
};
