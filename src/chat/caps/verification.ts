import { createHash } from 'node:crypto';
import { childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { formsNs } from '../data/index.ts';

const algorithms: ReadonlyMap<string, string> = new Map([
  ['sha-1', 'sha1'],
  ['sha-224', 'sha224'],
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** XEP-0115 §5.1: `i;octet`, which is not the order of JavaScript beyond the first plane. */
const byOctets = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Two of one kind make the answer ill-formed (§5.4), and so does a separator within (it would be a second of a kind). */
class IllFormed extends Error {}

function joined(parts: readonly string[]): string {
  const sorted = [...parts].sort(byOctets);
  for (const [at, part] of sorted.entries())
    if (part.includes('<') || part === sorted[at + 1]) throw new IllFormed();
  return sorted.map((part) => `${part}<`).join('');
}

function identityText({ attributes }: Element): string {
  const { category = '', type = '', 'xml:lang': lang = '', name = '' } = attributes;
  return `${category}/${type}/${lang}/${name}`;
}

interface Extension {
  readonly of: string;
  readonly text: string;
}

/** Null for a form that does not count (§5.4, 3.6). */
function extensionOf(form: Element): Extension | null {
  const fields = childrenOf(form, 'field', formsNs);
  const formType = fields.find(({ attributes }) => attributes.var === 'FORM_TYPE');
  if (formType?.attributes.type !== 'hidden') return null;
  const values = new Set(childrenOf(formType, 'value', formsNs).map(textOf));
  const [of = ''] = values;
  if (values.size > 1 || of.includes('<')) throw new IllFormed();
  const texts = fields
    .filter((field) => field !== formType)
    .map((field) => {
      const said = childrenOf(field, 'value', formsNs).map(textOf).sort(byOctets);
      const { var: name = '' } = field.attributes;
      if ([name, ...said].some((each) => each.includes('<'))) throw new IllFormed();
      return { name, text: [name, ...said].map((each) => `${each}<`).join('') };
    });
  if (new Set(texts.map(({ name }) => name)).size < texts.length) throw new IllFormed();
  const inOrder = texts.sort((one, other) => byOctets(one.name, other.name));
  return { of, text: `${of}<${inOrder.map(({ text }) => text).join('')}` };
}

function extensionsText(info: Element): string {
  const extensions = childrenOf(info, 'x', formsNs)
    .map(extensionOf)
    .filter((each) => each !== null)
    .sort((one, other) => byOctets(one.of, other.of));
  for (const [at, { of }] of extensions.entries()) if (of === extensions[at + 1]?.of) throw new IllFormed();
  return extensions.map(({ text }) => text).join('');
}

/** The hash of an answer of disco#info (XEP-0115 §5.1), base64; null for an answer or an algorithm that is none. */
export function verificationOf(info: Element, hash: string): string | null {
  const algorithm = algorithms.get(hash);
  if (algorithm === undefined) return null;
  try {
    const identities = childrenOf(info, 'identity').map(identityText);
    const features = childrenOf(info, 'feature').map(({ attributes }) => attributes.var ?? '');
    const text = joined(identities) + joined(features) + extensionsText(info);
    return createHash(algorithm).update(text).digest('base64');
  } catch (error) {
    if (error instanceof IllFormed) return null;
    throw error;
  }
}
