/**
 * properties: the live properties of calendars, their homes and of principals, one file for each document that specifies
 * them. What a calendar has of its own are details of its collection (`detailProperty`).
 */
import type { LiveProperty } from '../../webdav/index.ts';
import type { CalendarSettings } from '../house.ts';
import { calendarProperties } from './4791-calendar.ts';
import { principalProperties } from './4791-principal.ts';
import { timezoneProperties } from './4791-timezone.ts';
import { calendarTransparency } from './6638-transparency.ts';
import { appleProperties } from './apple.ts';

export const caldavProperties = (settings: CalendarSettings): readonly LiveProperty[] => [
  ...calendarProperties(settings),
  ...timezoneProperties,
  calendarTransparency,
  ...appleProperties,
  ...principalProperties,
];
