import type { Declared } from './declared.ts';
import { filesOf } from './render.ts';
import type { Specification } from './specifications.ts';

/** What is wrong with the table: a missing file, a declared feature without a row, a state without its reason. */
export function coverageFaults(
  specifications: readonly Specification[],
  declared: readonly Declared[],
  exists: (file: string) => boolean,
): string[] {
  const faults: string[] = [];
  const rows = new Map<string, Specification>();
  for (const row of specifications) {
    if (rows.has(row.id)) faults.push(`${row.id} has two rows`);
    rows.set(row.id, row);
    const files = filesOf(row, declared);
    for (const file of files) if (!exists(file)) faults.push(`${row.id} names ${file}, which does not exist`);
    const there = row.status === 'Yes' || row.status === 'Partial';
    if (there && files.length === 0) faults.push(`${row.id} is '${row.status}' without a file`);
    if (!there && files.length > 0) faults.push(`${row.id} is '${row.status}', but ${files[0]} has it`);
    const reasoned = row.status === 'Partial' || row.status === 'Not planned';
    if (reasoned && !row.note) faults.push(`${row.id} is '${row.status}' without a note`);
  }
  for (const { file, line, specifications: ids } of declared) {
    for (const id of ids) if (!rows.has(id)) faults.push(`${file}:${line} declares ${id}, which has no row`);
  }
  return faults;
}
