import { textOf } from '../prefixes.ts';
import { davElement } from '../properties/live.ts';
import type { Xml } from '../types.ts';
import { pushNamespace } from './names.ts';

/** What is told of a place. */
export interface News {
  readonly content: boolean;
  readonly properties: boolean;
}

export const noNews: News = { content: false, properties: false };

export const both = (one: News, other: News): News => ({
  content: one.content || other.content,
  properties: one.properties || other.properties,
});

/** webdav-push §4.1. `syncToken`: a URI; null where the place has none. */
export function pushMessage(topic: string, { content, properties }: News, syncToken: string | null): Xml {
  const token = syncToken === null ? '' : davElement('sync-token', textOf(syncToken));
  const inner =
    element('topic', textOf(topic)) +
    (content ? element('content-update', token) : '') +
    (properties ? element('property-update') : '');
  return `<?xml version="1.0" encoding="utf-8"?>\n<P:push-message xmlns:D="DAV:" xmlns:P="${pushNamespace}">${inner}</P:push-message>`;
}

const element = (name: string, inner: Xml = ''): Xml =>
  inner === '' ? `<P:${name}/>` : `<P:${name}>${inner}</P:${name}>`;
