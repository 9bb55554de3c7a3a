import { elementOf } from '../prefixes.ts';
import type { LiveProperty } from '../types.ts';
import { davElement, davProperty } from './live.ts';

/** What a resource can do, said from what is declared (RFC 3253 §3.1). */
export const supportedProperties: readonly LiveProperty[] = [
  davProperty('supported-report-set', '3253 §3.1.5', (resource, { dav }) =>
    dav.reports
      .filter((report) => report.on(resource))
      .map((report) => davElement('supported-report', davElement('report', elementOf(report))))
      .join(''),
  ),
  davProperty('supported-live-property-set', '3253 §3.1.4', (resource, { dav }) =>
    dav.properties
      .filter((property) => property.on(resource))
      .map((property) => davElement('supported-live-property', davElement('prop', elementOf(property))))
      .join(''),
  ),
];
