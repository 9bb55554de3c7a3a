/**
 * webdav/methods: what can be done with a resource, one file each. A method is a value (`DavMethod`) that names what the
 * visitor must be allowed; the lists of extensions are the dispatch table, Allow and the labels of the metrics.
 */
import type { DavMethod } from '../types.ts';
import { acl } from './acl.ts';
import { copy, move } from './copy-move.ts';
import { remove } from './delete.ts';
import { get, head } from './get.ts';
import { lock } from './lock.ts';
import { mkcol } from './mkcol.ts';
import { options } from './options.ts';
import { post } from './post.ts';
import { propfind } from './propfind.ts';
import { proppatch } from './proppatch.ts';
import { put } from './put.ts';
import { report } from './report.ts';
import { search } from './search.ts';
import { unlock } from './unlock.ts';

/** What DAV itself can do; the order is that of Allow. */
export const methods: readonly DavMethod[] = [
  options,
  get,
  head,
  put,
  post,
  remove,
  mkcol,
  copy,
  move,
  propfind,
  proppatch,
  lock,
  unlock,
  report,
  search,
  acl,
];
