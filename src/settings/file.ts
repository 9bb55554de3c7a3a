import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { messageOf } from '../base/index.ts';
import { emptyDocument, readDocument, type SettingsDocument } from './document.ts';
import { fileBytesMax } from './limits.ts';
import { problemAt } from './problems.ts';

/** Reads a file; that it cannot be read is a problem like any other. `name` is what it is called in errors. */
export function openDocument(name: string, path: string): SettingsDocument {
  const refuse = (message: string): SettingsDocument => {
    return emptyDocument(name, undefined, [problemAt(name, undefined, message)]);
  };
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return refuse('no such file');
    if (status.isDirectory()) return refuse('is a folder; name the file in it');
    if (status.size > fileBytesMax)
      return refuse(`is ${status.size} bytes; a configuration has at most ${fileBytesMax}`);
    return readDocument(name, readFileSync(path));
  } catch (error) {
    return refuse(`cannot be read: ${messageOf(error)}`);
  }
}

/** Whether a regular file can be read there. */
export function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
