import type { Element } from './element.ts';

/**
 * An element as text. `ns`: the name space that is the default where it will stand; what is of another one declares its own.
 * What XML cannot hold at all is left out.
 */
export function writeElement(element: Element, ns = ''): string {
  const { name, children } = element;
  const head = `<${name}${declarationOf(element, ns)}${attributesText(element)}`;
  if (children.length === 0) return `${head}/>`;
  let inner = '';
  for (const child of children)
    inner += typeof child === 'string' ? escapeText(child) : writeElement(child, element.ns);
  return `${head}>${inner}</${name}>`;
}

const declarationOf = (element: Element, ns: string) =>
  element.ns === ns ? '' : ` xmlns='${escapeAttribute(element.ns)}'`;

function attributesText({ attributes }: Element): string {
  let text = '';
  let prefixes = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const [, ns, local] = /^\{(.*)\}([^}]*)$/s.exec(key) ?? [];
    if (ns === undefined) {
      text += ` ${key}='${escapeAttribute(value)}'`;
    } else {
      prefixes++;
      text += ` xmlns:a${prefixes}='${escapeAttribute(ns)}' a${prefixes}:${local}='${escapeAttribute(value)}'`;
    }
  }
  return text;
}

const impossible = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const references: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
  ...{ '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' },
};
const referenceOf = (char: string) => references[char] ?? '';
// Most texts have nothing to escape: they are looked through once.
const isPlain = /^[\t\n\x20-%'-;=?-\ud7ff\ue000-\ufffd]*$/;
const isPlainAttribute = /^[ !#-%(-;=?-\ud7ff\ue000-\ufffd]*$/;

/** Character data between tags. */
export const escapeText = (text: string): string =>
  isPlain.test(text) ? text : text.replace(impossible, '').replace(/[&<>\r]/g, referenceOf);

/** A value between either kind of quotes. */
export const escapeAttribute = (text: string): string =>
  isPlainAttribute.test(text) ? text : text.replace(impossible, '').replace(/[&<>"'\t\n\r]/g, referenceOf);
