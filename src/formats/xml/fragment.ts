import type { XmlElement } from './reader.ts';

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

type Scope = ReadonlyMap<string, string>;

/**
 * The last element of `path` as a document of its own, which means what it meant there: `path` leads to it from the
 * root, each the child of the one before, all read `verbatim`. Prefixes stay; of the name spaces that were declared
 * above it those come along that it uses, in names or as a prefix in values and texts (RFC 4918 §4.3); so does xml:lang.
 */
export function fragmentOf(path: readonly XmlElement[]): string {
  const element = path.at(-1);
  if (element === undefined) throw new Error('there is no element in an empty path');
  const scope = new Map<string, string>();
  let language: string | null = null;
  for (const outer of path.slice(0, -1)) {
    for (const [prefix, namespace] of outer.source?.declared ?? []) scope.set(prefix, namespace);
    language = languageOf(outer) ?? language;
  }
  const inherited = new Map(
    [...scope].filter(([prefix, namespace]) => namespace !== '' && uses(element, prefix)),
  );
  const lang = language !== null && languageOf(element) === null ? ` xml:lang="${attribute(language)}"` : '';
  const pieces: string[] = [];
  write(element, inherited, lang, pieces);
  return pieces.join('');
}

function languageOf({ attributes }: XmlElement): string | null {
  return (
    attributes.find(({ namespace, name }) => namespace === xmlNamespace && name === 'lang')?.value ?? null
  );
}

/** Whether a prefix stands anywhere in it that is not declared on the way. One declared too many harms nobody. */
function uses(element: XmlElement, prefix: string): boolean {
  const { source } = element;
  if (source === undefined) throw new Error('the element was not read verbatim');
  if (source.declared.some(([own]) => own === prefix)) return false;
  if (source.prefix === prefix || (prefix !== '' && source.prefixes.includes(prefix))) return true;
  const within = (value: string) => prefix !== '' && value.includes(`${prefix}:`);
  return (
    element.attributes.some(({ value }) => within(value)) ||
    source.content.some((part) => (typeof part === 'string' ? within(part) : uses(part, prefix)))
  );
}

function write(element: XmlElement, inherited: Scope, more: string, pieces: string[]): void {
  const { source } = element;
  if (source === undefined) throw new Error('the element was not read verbatim');
  const name = source.prefix === '' ? element.name : `${source.prefix}:${element.name}`;
  pieces.push('<', name);
  const declared = new Map([...inherited, ...source.declared]);
  for (const [prefix, namespace] of declared) {
    pieces.push(prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`, attribute(namespace), '"');
  }
  element.attributes.forEach((own, at) => {
    const prefix = source.prefixes[at] ?? '';
    pieces.push(' ', prefix === '' ? own.name : `${prefix}:${own.name}`, '="', attribute(own.value), '"');
  });
  pieces.push(more);
  if (source.content.length === 0) {
    pieces.push('/>');
    return;
  }
  pieces.push('>');
  for (const part of source.content) {
    if (typeof part === 'string') pieces.push(text(part));
    else write(part, noScope, '', pieces);
  }
  pieces.push('</', name, '>');
}

const noScope: Scope = new Map();

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

const text = (value: string) => value.replace(/[&<>\r]/g, (char) => references[char] ?? char);
const attribute = (value: string) => value.replace(/[&<>"\t\n\r]/g, (char) => references[char] ?? char);
