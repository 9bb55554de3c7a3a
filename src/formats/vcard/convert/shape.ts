import type { Parameter } from '../../content-lines/index.ts';
import type { CardProperty } from '../types.ts';

/** A property that no client wrote. */
export function made(
  name: string,
  value: string,
  parameters: Readonly<Record<string, readonly string[]>> = {},
  group = '',
): CardProperty {
  const list = Object.entries(parameters).map(([own, values]) => ({ name: own, values }));
  return { group, name: name.toUpperCase(), spelling: name, parameters: list, value, line: 0 };
}

export function renamedParameter(property: CardProperty, from: string, to: string): CardProperty {
  const values = valuesOf(property, from);
  if (values.length === 0 || valuesOf(property, to).length > 0) return property;
  return withValues(without(property, from), to, values);
}

export function renamed(property: CardProperty, name: string): CardProperty {
  return { ...property, name: name.toUpperCase(), spelling: name };
}

export function valuesOf(property: CardProperty, name: string): readonly string[] {
  return property.parameters.find((parameter) => parameter.name === name)?.values ?? [];
}

/** Lower case; '' where it is absent. */
export function firstOf(property: CardProperty, name: string): string {
  return (valuesOf(property, name)[0] ?? '').toLowerCase();
}

/** No values: the parameter goes. */
export function withValues(property: CardProperty, name: string, values: readonly string[]): CardProperty {
  const at = property.parameters.findIndex((parameter) => parameter.name === name);
  const parameters: Parameter[] = property.parameters.filter((parameter) => parameter.name !== name);
  if (values.length > 0) parameters.splice(at < 0 ? parameters.length : at, 0, { name, values });
  return { ...property, parameters };
}

export function without(property: CardProperty, ...names: string[]): CardProperty {
  return { ...property, parameters: property.parameters.filter(({ name }) => !names.includes(name)) };
}

export function typesOf(property: CardProperty): readonly string[] {
  return valuesOf(property, 'TYPE');
}

/** Without those types, however they are written. */
export function withoutTypes(property: CardProperty, gone: (lowerCase: string) => boolean): CardProperty {
  return withValues(
    property,
    'TYPE',
    typesOf(property).filter((type) => !gone(type.toLowerCase())),
  );
}
