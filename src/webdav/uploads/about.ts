import type { Upload } from '../../stores/files/index.ts';

/** What is kept beside an upload: the headers that it was begun with, as they came. */
export interface About {
  readonly metadata: string;
  /** Upload-Concat; '' for an upload that becomes a file by itself. */
  readonly concat: string;
}

/** It begins with what says that the upload is one of tus. */
export function aboutText({ metadata, concat }: About): string {
  return JSON.stringify({ tus: metadata, ...(concat === '' ? {} : { concat }) });
}

export const isTus = ({ about }: Pick<Upload, 'about'>) => about.startsWith('{"tus":');

export function aboutOf({ about }: Pick<Upload, 'about'>): About {
  const read: unknown = JSON.parse(about);
  const value = (key: string) =>
    typeof read === 'object' && read !== null && key in read
      ? String((read as Record<string, unknown>)[key])
      : '';
  return { metadata: value('tus'), concat: value('concat') };
}

export const isPartial = (upload: Pick<Upload, 'about'>) => aboutOf(upload).concat === 'partial';
