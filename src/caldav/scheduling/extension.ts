import type { DavExtension } from '../../webdav/index.ts';
import { schedulingProperties } from '../properties/6638-scheduling.ts';
import type { SchedulingHouse } from './house.ts';
import { outboxPost } from './outbox.ts';

/** What clients see of it: that the server speaks for them, and the outbox. */
export function schedulingExtension(house: SchedulingHouse): DavExtension {
  return {
    name: 'scheduling',
    // RFC 6638 §3, RFC 7953 §7.1
    features: ['calendar-auto-schedule', 'calendar-availability'],
    methods: [outboxPost(house)],
    properties: schedulingProperties(house),
    reports: [],
    spaces: [],
  };
}
