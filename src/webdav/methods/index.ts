import type { DavMethod } from '../types.ts';
import { remove } from './delete.ts';
import { get, head } from './get.ts';
import { mkcol } from './mkcol.ts';
import { options } from './options.ts';
import { put } from './put.ts';

/** What DAV itself can do; the order is that of Allow. */
export const methods: readonly DavMethod[] = [options, get, head, put, remove, mkcol];
