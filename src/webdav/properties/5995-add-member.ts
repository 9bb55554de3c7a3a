import type { Collection, LiveProperty } from '../types.ts';
import { davProperty, hrefElement } from './live.ts';

/** RFC 5995 §3.2.1: a POST to the collection itself makes a member. */
export const addMember: LiveProperty = davProperty(
  'add-member',
  '5995 §3.2.1',
  (resource, visit) => (resource.may('bind') ? hrefElement(visit, resource.path) : undefined),
  { on: (resource) => resource.isCollection && (resource as Collection).create !== undefined },
);
