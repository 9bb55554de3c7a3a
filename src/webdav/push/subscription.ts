import { ECDH } from 'node:crypto';
import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { isPublicAddress, type Networks } from '../../net/index.ts';
import type { NewRegistration } from '../../stores/push/index.ts';
import { DavError } from '../errors.ts';
import { pushResourceBytesMax } from './limits.ts';
import { pushElement, pushNamespace } from './names.ts';

/** Where and for whose eyes messages go. */
export type Subscription = Pick<NewRegistration, 'resource' | 'publicKey' | 'authSecret'>;
/** Of what. */
export type Triggers = Pick<NewRegistration, 'contentDepth' | 'properties'>;

export const refusal = (condition: string, message: string): DavError =>
  new DavError(403, message, { condition: pushElement(condition) });

const invalid = (message: string) => refusal('invalid-subscription', message);

const childrenOf = ({ children }: XmlElement, name: string): readonly XmlElement[] =>
  children.filter((child) => child.namespace === pushNamespace && child.name === name);

/** The one child of that name. DavError `invalid-subscription`. */
function only(parent: XmlElement, name: string): XmlElement {
  const [child, ...more] = childrenOf(parent, name);
  if (child === undefined || more.length > 0) throw invalid(`a ${parent.name} has one ${name}`);
  return child;
}

/** webdav-push §6.1. DavError 403 `invalid-subscription`. */
export function readSubscription(body: XmlElement, networks: Networks): Subscription {
  const subscription = only(only(body, 'subscription'), 'web-push-subscription');
  const encoding = childrenOf(subscription, 'content-encoding')[0]?.text.trim().toLowerCase();
  if (encoding !== undefined && encoding !== 'aes128gcm')
    throw invalid('messages are encrypted as aes128gcm (RFC 8291)');
  return {
    resource: readResource(only(subscription, 'push-resource').text.trim(), networks),
    publicKey: readKey(only(subscription, 'subscription-public-key')),
    authSecret: readSecret(only(subscription, 'auth-secret').text),
  };
}

/** What is no address of the internet is refused at once; where a name leads is judged when it is asked. */
function readResource(text: string, networks: Networks): string {
  if (Buffer.byteLength(text) > pushResourceBytesMax)
    throw invalid(`a push resource has at most ${pushResourceBytesMax} bytes`);
  if (!URL.canParse(text)) throw invalid('the push resource is no absolute URI');
  const url = new URL(text);
  if (url.protocol !== 'https:') throw invalid('a push resource is https (RFC 8030 §8)');
  if (url.username !== '' || url.password !== '') throw invalid('the push resource has a password in it');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  if (isAddress && !isPublicAddress(host) && !networks.contains(host))
    throw invalid('the push resource is not on the internet');
  return text;
}

const keyBytes = 65;
const secretBytes = 16;

/** Base64url, with or without padding; null for anything else. */
function bytesOf(text: string): Buffer | null {
  const trimmed = text.trim().replace(/=+$/, '');
  return /^[\w-]+$/.test(trimmed) ? Buffer.from(trimmed, 'base64url') : null;
}

/** RFC 8291 §2.1: a point of P-256, uncompressed. */
function readKey({ text, attributes }: XmlElement): string {
  const type = attributes.find(({ name }) => name === 'type')?.value;
  if (type !== 'p256dh') throw invalid('a subscription-public-key is of type p256dh');
  const bytes = bytesOf(text);
  if (bytes?.length !== keyBytes || bytes[0] !== 4 || !isPoint(bytes))
    throw invalid('the subscription-public-key is no uncompressed point of P-256 in base64url');
  return bytes.toString('base64url');
}

function isPoint(bytes: Buffer): boolean {
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}

/** RFC 8291 §3.2 */
function readSecret(text: string): string {
  const bytes = bytesOf(text);
  if (bytes?.length !== secretBytes) throw invalid(`an auth-secret is ${secretBytes} bytes in base64url`);
  return bytes.toString('base64url');
}

/**
 * webdav-push §3.1: what cannot be told is passed over, and what can only be told of less is told of that. DavError 403
 * `no-supported-trigger` where nothing is left.
 */
export function readTriggers(body: XmlElement, can: { readonly properties: boolean }): Triggers {
  const triggers = childrenOf(body, 'trigger');
  const [content] = triggers.flatMap((each) => childrenOf(each, 'content-update'));
  const properties =
    can.properties && triggers.some((each) => childrenOf(each, 'property-update').length > 0);
  if (content === undefined && !properties)
    throw refusal('no-supported-trigger', 'nothing that is asked for can be told of this');
  return { contentDepth: content === undefined ? null : depthIn(content), properties };
}

/** Of what lies deeper than its members nothing is told: there is nothing. */
function depthIn({ children }: XmlElement): 0 | 1 {
  const depth = children.find(({ namespace, name }) => namespace === 'DAV:' && name === 'depth');
  return depth?.text.trim() === '0' ? 0 : 1;
}

const fixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** RFC 9110 §5.6.7, milliseconds since 1970; null where there is none. FormatError. */
export function readExpires(body: XmlElement): number | null {
  const [expires] = childrenOf(body, 'expires');
  if (expires === undefined) return null;
  const text = expires.text.trim();
  const ms = fixdate.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new FormatError('expires is a date such as Wed, 02 Oct 2026 07:28:00 GMT');
  return ms;
}
