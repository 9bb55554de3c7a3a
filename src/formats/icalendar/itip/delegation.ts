import type { Component } from '../component.ts';
import { Property } from '../component.ts';
import { delegatesMax } from '../limits.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, utcTime } from '../values/time.ts';
import { instanceKey, instancesByKey } from './instance.ts';
import { toldOf } from './notes.ts';
import { addressOf, attendeeIn, attendeesIn, partstatOf } from './people.ts';
import { messageWith, tell } from './view.ts';

/** What an attendee forwards to whom they delegate to. */
export interface DelegationMessage {
  readonly method: 'REQUEST';
  readonly to: string;
  readonly from: string;
  readonly calendar: Component;
}

const delegatesOf = (component: Component, me: ReadonlySet<string>): readonly string[] => {
  const own = attendeeIn(component, me);
  if (own === null || partstatOf(own) !== 'DELEGATED') return [];
  return own.property.parameterValues('DELEGATED-TO').map(addressOf).slice(0, delegatesMax);
};

/**
 * RFC 5546 §3.2.2.3: the request that who delegates passes on, once, where the organiser's server does not. It counts as the
 * organiser counts: what they say next is news.
 */
export function delegatesAsked(
  before: CalendarObject | null,
  after: CalendarObject,
  me: ReadonlySet<string>,
): readonly DelegationMessage[] {
  const was = before === null ? new Map<string, Component>() : instancesByKey(before, before.zones());
  const zones = after.zones();
  const asked = new Map<string, Component[]>();
  let from = '';
  for (const component of after.instances) {
    const then = was.get(instanceKey(component, zones)) ?? was.get('');
    const known = new Set(then === undefined ? [] : delegatesOf(then, me));
    for (const to of delegatesOf(component, me)) {
      const named = attendeesIn(component).some(({ address }) => address === to);
      if (known.has(to) || !named || me.has(to)) continue;
      from ||= attendeeIn(component, me)?.address ?? '';
      asked.set(to, [...(asked.get(to) ?? []), stamped(component)]);
    }
  }
  return [...asked].map(([to, components]) => ({
    method: 'REQUEST',
    to,
    from,
    calendar: messageWith(after, 'REQUEST', components),
  }));
}

function stamped(component: Component): Component {
  const { sequence, stampMs } = toldOf(component);
  return tell(component).with(
    Property.of('SEQUENCE', String(sequence)),
    Property.of('DTSTAMP', formatTime(utcTime(stampMs))),
  );
}

/** Whether a request is one attendee's, who delegates to `me`, in the name of an organiser who is somebody else. */
export function delegationIn(message: CalendarObject, from: string, me: ReadonlySet<string>): boolean {
  return message.instances.every((component) => {
    const own = attendeeIn(component, me);
    const by = own?.property.parameterValues('DELEGATED-FROM').map(addressOf) ?? [];
    return by.includes(from) && delegatesOf(component, new Set([from])).some((to) => me.has(to));
  });
}
