import type { LiveProperty, QName, Resource } from '../types.ts';
import { davProperty, elementOf, textOf } from './live.ts';
import { httpTime, isoTime } from './times.ts';

const onFiles = (resource: Resource) => !resource.isCollection;

/** What a resource is (RFC 4918 §15). DAV:getcontentlanguage is not known to anybody but who sets it: a dead property. */
export const basicProperties: readonly LiveProperty[] = [
  davProperty(
    'creationdate',
    '4918 §15.1',
    ({ createdMs }) => (createdMs === null ? undefined : isoTime(createdMs)),
    { allprop: true },
  ),
  davProperty('displayname', '4918 §15.2', ({ displayName }) => textOf(displayName), {
    allprop: true,
    deadFirst: true,
  }),
  davProperty(
    'getcontentlength',
    '4918 §15.4',
    ({ length }) => (length === null ? undefined : String(length)),
    { allprop: true, on: onFiles },
  ),
  davProperty(
    'getcontenttype',
    '4918 §15.5',
    ({ type }) => (type === null || type === '' ? undefined : textOf(type)),
    { allprop: true },
  ),
  davProperty('getetag', '4918 §15.6', ({ etag }) => (etag === null ? undefined : textOf(etag)), {
    allprop: true,
  }),
  davProperty(
    'getlastmodified',
    '4918 §15.7',
    ({ modifiedMs }) => (modifiedMs === null ? undefined : httpTime(modifiedMs)),
    { allprop: true },
  ),
  davProperty(
    'resourcetype',
    '4918 §15.9',
    (resource) => {
      const { isCollection, types = [] } = resource;
      const all = (more: readonly QName[]) =>
        (isCollection ? '<D:collection/>' : '') + [...types, ...more].map((type) => elementOf(type)).join('');
      const more = resource.moreTypes?.() ?? [];
      return more instanceof Promise ? more.then(all) : all(more);
    },
    { allprop: true },
  ),
];
