import { elementOf } from '../prefixes.ts';
import type { QName, Xml } from '../types.ts';

/** Of the draft's elements. */
export const pushNamespace = 'https://bitfire.at/webdav-push';

/** Token of the DAV header. */
export const pushFeature = 'webdav-push';

/** The space in which registrations are. */
export const pushSpaceName = 'push';

const pushName = (name: string): QName => ({ namespace: pushNamespace, name });

export const pushElement = (name: string, inner: Xml = ''): Xml => elementOf(pushName(name), inner);
