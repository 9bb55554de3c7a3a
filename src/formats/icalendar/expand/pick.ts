import type { Component } from '../component.ts';

/** CALDAV:comp (RFC 4791 §9.6.1): what of a component is wanted. */
export interface ComponentPick {
  /** Upper case. */
  readonly name: string;
  /** Null: all of them. `novalue`: the name and parameters alone. */
  readonly properties: readonly { readonly name: string; readonly novalue: boolean }[] | null;
  /** Null: all of them, whole. */
  readonly components: readonly ComponentPick[] | null;
}

/** Part of a component (RFC 4791 §9.6.1 to §9.6.4). Who asks for a part gets no more, not even what RFC 5545 requires. */
export function pick(component: Component, wanted: ComponentPick): Component {
  let made = component;
  const { properties, components } = wanted;
  if (properties !== null) {
    made = made.mapping((property) => {
      const asked = properties.find(({ name }) => name === property.name);
      if (asked === undefined) return null;
      return asked.novalue ? property.withValue('') : property;
    });
  }
  if (components !== null) {
    made = made.withComponents(
      component.components().flatMap((inner) => {
        const asked = components.find(({ name }) => name === inner.name);
        return asked === undefined ? [] : [pick(inner, asked)];
      }),
    );
  }
  return made;
}
