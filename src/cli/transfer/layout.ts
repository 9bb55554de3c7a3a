import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * How an export lies on disk: one Maildir per mailbox, named by its levels, and `mailboxes.json`, which tells the exact
 * names. A level keeps its name but for what a file system or a Maildir reader would take amiss.
 */
export const indexName = 'mailboxes.json';

export const indexSchema = z.array(
  z.object({
    folder: z.string(),
    name: z.string(),
    specialUse: z.string().nullable(),
    subscribed: z.boolean(),
    uidValidity: z.number(),
    /** With whom the member shares it: letters of RFC 4314. */
    shared: z.array(z.object({ with: z.string(), rights: z.string(), denied: z.string() })).optional(),
    /** RFC 5464: name -> value in base64. */
    annotations: z.record(z.string(), z.string()).optional(),
  }),
);
export type Index = z.infer<typeof indexSchema>;

const reserved = new Set(['cur', 'new', 'tmp']);

/** One level of a mailbox name as a folder name: `%xx` for what cannot stand in one. */
export function levelFolder(level: string): string {
  const safe = level.replace(/[%/\\:*?"<>|\p{Cc}]/gu, (found) =>
    // The one of these that encodeURIComponent leaves alone.
    found === '*' ? '%2A' : encodeURIComponent(found),
  );
  if (safe.startsWith('.') || reserved.has(safe)) {
    return `%${safe.charCodeAt(0).toString(16).toUpperCase()}${safe.slice(1)}`;
  }
  return safe;
}

/** The reverse of `levelFolder`; other programs' names come out as they are. */
export function folderName(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}

/** Folder to mailbox name, where the tree is an export of ours; else empty. */
export async function readIndex(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(root, indexName), 'utf8').catch(() => null);
  if (text === null) return new Map();
  const parsed = indexSchema.safeParse(JSON.parse(text));
  return new Map(parsed.success ? parsed.data.map(({ folder, name }) => [folder, name]) : []);
}
