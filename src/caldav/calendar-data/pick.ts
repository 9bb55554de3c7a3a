import type { Component } from '../../formats/icalendar/index.ts';
import type { CompWish } from './wish.ts';

/** Components and properties that are asked for, and no others (RFC 4791 §9.6.1). */
export function pick(component: Component, { props, comps }: CompWish): Component {
  const picked =
    props === null
      ? component
      : component.mapping((property) => {
          const wish = props.get(property.name);
          if (wish === undefined) return null;
          // §9.6.4: the name alone.
          return wish.noValue ? property.withValue('') : property;
        });
  if (comps === null) return picked;
  const inner = component.components().flatMap((each) => {
    const wish = comps.find(({ name }) => name === each.name);
    return wish ? [pick(each, wish)] : [];
  });
  return picked.withComponents(inner);
}
