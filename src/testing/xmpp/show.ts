import { type Element, escapeAttribute, escapeText } from '../../formats/stanza/index.ts';
import { clientNs } from './wire.ts';

/** An element as people read it: one tag a line, indented; attributes in their order. */
export function showElement(element: Element, indent = '', ns: string = clientNs): string {
  const open = `${indent}<${element.name}${declaration(element, ns)}${attributes(element)}`;
  const children = element.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  if (children.length === 0) return `${open}/>`;
  const [only] = children;
  if (children.length === 1 && typeof only === 'string')
    return `${open}>${escapeText(only)}</${element.name}>`;
  const inner = children.map((child) =>
    typeof child === 'string'
      ? `${indent}  ${escapeText(child.trim())}`
      : showElement(child, `${indent}  `, element.ns),
  );
  return [`${open}>`, ...inner, `${indent}</${element.name}>`].join('\n');
}

const declaration = (element: Element, ns: string) => (element.ns === ns ? '' : ` xmlns='${element.ns}'`);

const attributes = (element: Element) =>
  Object.entries(element.attributes)
    .map(([key, value]) => ` ${key}='${escapeAttribute(value ?? '')}'`)
    .join('');
