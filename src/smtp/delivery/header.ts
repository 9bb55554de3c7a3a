import type { HeaderField } from '../../formats/mime/index.ts';

/** The header without the fields of these lower-case names; every other byte as it was. */
export function withoutFields(
  header: Buffer,
  fields: readonly HeaderField[],
  names: readonly string[],
): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (const field of fields) {
    if (!names.includes(field.name.toLowerCase())) continue;
    kept.push(header.subarray(from, field.start));
    from = field.end;
  }
  if (kept.length === 0) return header;
  kept.push(header.subarray(from));
  return Buffer.concat(kept);
}
