import type { Extension } from '../features.ts';
import { contentItem, type ItemPlan } from '../fetch/plan.ts';
import type { Decoder } from '../wire/index.ts';

const previewItem: ItemPlan = contentItem((out, { content }) => out.raw('PREVIEW ').string(content.preview));

/** `PREVIEW` or `PREVIEW (LAZY)`; after one item alone a parenthesis may also begin the modifiers of FETCH. */
function parseModifiers(decoder: Decoder): null {
  if (!decoder.lookingAt(' (LAZY')) return null;
  decoder.sp();
  const read = () => {
    if (!decoder.tryKeyword('LAZY')) decoder.faultExpected('LAZY');
  };
  decoder.list(read, { max: 1, what: 'PREVIEW modifiers' });
  return null;
}

/** PREVIEW: the first words of a message. They were worked out at delivery, so LAZY has nothing to leave out. */
export const previewExtension: Extension = {
  rfc: 8970,
  name: 'PREVIEW',
  capabilities: ({ member }) => (member === null ? [] : ['PREVIEW']),
  fetchItems: [{ name: 'PREVIEW', parse: parseModifiers, plan: () => previewItem }],
};
