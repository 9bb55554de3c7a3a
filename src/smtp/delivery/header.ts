import type { HeaderField } from '../../formats/mime/index.ts';

const nothing: ReadonlySet<HeaderField> = new Set();

/** The header without the fields of these lower-case names; every other byte as it was. */
export function withoutFields(
  header: Buffer,
  fields: readonly HeaderField[],
  names: readonly string[],
  others: ReadonlySet<HeaderField> = nothing,
): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (const field of fields) {
    if (!others.has(field) && !names.includes(field.name.toLowerCase())) continue;
    kept.push(header.subarray(from, field.start));
    from = field.end;
  }
  if (kept.length === 0) return header;
  kept.push(header.subarray(from));
  return Buffer.concat(kept);
}
