import { collectionsLimits } from '../../stores/collections/index.ts';
import { refusal } from '../conditions.ts';

/** RFC 8607 §6.3 */
export function demandCount(count: number): void {
  const max = collectionsLimits.attachmentsPerItemMax;
  if (count > max) throw refusal('max-attachments-per-resource', `an object has at most ${max} attachments`);
}
