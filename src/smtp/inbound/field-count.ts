import { messageFieldsMax } from '../limits.ts';
import { reply } from '../wire/reply.ts';
import type { HeaderStage } from './pipeline.ts';

const tooMany = reply(552, '5.3.4', 'The header of the message has too many fields');

/** Fields beyond what is read would pass every other stage unseen. */
export const fieldCount: HeaderStage = {
  name: 'field-count',
  run: ({ fields }) => (fields.length > messageFieldsMax ? tooMany : null),
};
