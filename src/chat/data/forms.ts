import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';

/** XEP-0004: forms for data. */
export const formsNs = 'jabber:x:data';

export type FieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single';

export interface Field {
  readonly name: string;
  readonly type?: FieldType;
  readonly label?: string;
  readonly values: readonly string[];
  readonly options?: readonly { readonly label?: string; readonly value: string }[];
  readonly isRequired?: boolean;
}

export interface Form {
  readonly type: 'form' | 'submit' | 'result' | 'cancel';
  /** FORM_TYPE (XEP-0068). */
  readonly of: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly fields: readonly Field[];
}

const fieldElement = ({ name, type, label, values, options = [], isRequired }: Field): Element =>
  element(
    'field',
    formsNs,
    { var: name, type, label },
    isRequired ? element('required', formsNs) : null,
    ...values.map((value) => element('value', formsNs, {}, value)),
    ...options.map((option) =>
      element('option', formsNs, { label: option.label }, element('value', formsNs, {}, option.value)),
    ),
  );

export function formElement({ type, of, title, instructions, fields }: Form): Element {
  const formType: Field = { name: 'FORM_TYPE', type: 'hidden', values: [of] };
  return element(
    'x',
    formsNs,
    { type },
    title === undefined ? null : element('title', formsNs, {}, title),
    instructions === undefined ? null : element('instructions', formsNs, {}, instructions),
    ...[...(of === '' ? [] : [formType]), ...fields].map(fieldElement),
  );
}

/** What somebody has filled in: values by the name of their field, in order; FORM_TYPE among them. */
export type Filled = ReadonlyMap<string, readonly string[]>;

/** Reads a form as it was submitted. Throws StanzaError `bad-request` where a field that is filled in has no name or stands twice. */
export function readForm(form: Element): Filled {
  const filled = new Map<string, readonly string[]>();
  for (const field of childrenOf(form, 'field', formsNs)) {
    const { var: name, type } = field.attributes;
    // XEP-0004 §3.3: text between the fields has no name, and some send it back.
    if (name === undefined && type === 'fixed') continue;
    if (name === undefined) throw new StanzaError('bad-request', { text: 'a field has no name' });
    if (filled.has(name)) throw new StanzaError('bad-request', { text: `the field '${name}' stands twice` });
    filled.set(name, childrenOf(field, 'value', formsNs).map(textOf));
  }
  return filled;
}

/** The form of that FORM_TYPE among the children; undefined where there is none. Throws StanzaError. */
export function filledIn(parent: Element, of: string): Filled | undefined {
  const form = childOf(parent, 'x', formsNs);
  if (form === undefined) return undefined;
  const filled = readForm(form);
  const [said] = filled.get('FORM_TYPE') ?? [];
  if (said !== undefined && said !== of)
    throw new StanzaError('bad-request', { text: `a form of '${of}' is taken here` });
  return filled;
}

/** XML Schema's booleans, as XEP-0004 §3.3 takes them. Throws StanzaError. */
export function booleanOf(name: string, value: string): boolean {
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw new StanzaError('bad-request', { text: `the field '${name}' is neither true nor false` });
}
