/**
 * attachments: bytes that belong to events and are kept by the server (RFC 8607). They are added, updated and removed by
 * POST to the event; the ATTACH is written by the server, and the event goes through all that any change of it does.
 */
import { collectionsLimits } from '../../stores/collections/index.ts';
import type { LiveProperty } from '../../webdav/index.ts';
import { attachmentBytesMax } from '../limits.ts';
import { caldavProperty, onCalendars } from '../properties/kinds.ts';

export { attachmentsMethod } from './method.ts';
export { attachmentsSpace } from './space.ts';

/** RFC 8607 §6.2, §6.3 */
export const attachmentProperties: readonly LiveProperty[] = [
  caldavProperty('max-attachment-size', '8607 §6.2', onCalendars, () => String(attachmentBytesMax)),
  caldavProperty('max-attachments-per-resource', '8607 §6.3', onCalendars, () =>
    String(collectionsLimits.attachmentsPerItemMax),
  ),
];
