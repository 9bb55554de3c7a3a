/**
 * imap/extensions: one file for each specification, and this list. The order is that of CAPABILITY. To add one: its
 * file, a line here, a wire transcript.
 */

import type { Extension } from '../features.ts';
import { idleExtension } from './2177-idle.ts';
import { namespaceExtension } from './2342-namespace.ts';
import { idExtension } from './2971-id.ts';
import { imap4rev1 } from './3501-imap4rev1.ts';
import { multiappendExtension } from './3502-multiappend.ts';
import { binaryExtension } from './3516-binary.ts';
import { unselectExtension } from './3691-unselect.ts';
import { aclExtension } from './4314-acl.ts';
import { uidplusExtension } from './4315-uidplus.ts';
import { extendedSyntax } from './4466-extended-syntax.ts';
import { catenateExtension } from './4469-catenate.ts';
import { esearchExtension } from './4731-esearch.ts';
import { saslIrExtension } from './4959-sasl-ir.ts';
import { compressExtension } from './4978-compress.ts';
import { withinExtension } from './5032-within.ts';
import { enableExtension } from './5161-enable.ts';
import { searchresExtension } from './5182-searchres.ts';
import { i18nlevelExtension } from './5255-i18nlevel.ts';
import { sortExtension } from './5256-sort.ts';
import { threadExtension } from './5256-thread.ts';
import { listExtendedExtension } from './5258-list-extended.ts';
import { contextExtension } from './5267-context.ts';
import { metadataExtension } from './5464-metadata.ts';
import { notifyExtension } from './5465-notify.ts';
import { responseCodes } from './5530-response-codes.ts';
import { urlPartialExtension } from './5550-url-partial.ts';
import { listStatusExtension } from './5819-list-status.ts';
import { sortDisplayExtension } from './5957-sort-display.ts';
import { specialUseExtension } from './6154-special-use.ts';
import { moveExtension } from './6851-move.ts';
import { condstoreExtension } from './7162-condstore.ts';
import { qresyncExtension } from './7162-qresync.ts';
import { multisearchExtension } from './7377-multisearch.ts';
import { literalExtension } from './7888-literal-plus.ts';
import { appendlimitExtension } from './7889-appendlimit.ts';
import { unauthenticateExtension } from './8437-unauthenticate.ts';
import { statusSizeExtension } from './8438-status-size.ts';
import { listMyrightsExtension } from './8440-list-myrights.ts';
import { objectidExtension } from './8474-objectid.ts';
import { replaceExtension } from './8508-replace.ts';
import { savedateExtension } from './8514-savedate.ts';
import { previewExtension } from './8970-preview.ts';
import { imap4rev2 } from './9051-imap4rev2.ts';
import { loginRules } from './9051-login-rules.ts';
import { quotaExtension } from './9208-quota.ts';
import { partialExtension } from './9394-partial.ts';
import { inprogressExtension } from './9585-inprogress.ts';
import { uidonlyExtension } from './9586-uidonly.ts';
import { listMetadataExtension } from './9590-list-metadata.ts';
import { utf8AcceptExtension } from './9755-utf8-accept.ts';
import { uidbatchesExtension } from './10022-uidbatches.ts';

export const extensions: readonly Extension[] = [
  imap4rev1,
  imap4rev2,
  loginRules,
  saslIrExtension,
  literalExtension,
  idExtension,
  enableExtension,
  idleExtension,
  notifyExtension,
  namespaceExtension,
  aclExtension,
  listMyrightsExtension,
  metadataExtension,
  listMetadataExtension,
  unselectExtension,
  uidplusExtension,
  moveExtension,
  esearchExtension,
  multisearchExtension,
  searchresExtension,
  listExtendedExtension,
  listStatusExtension,
  specialUseExtension,
  condstoreExtension,
  qresyncExtension,
  binaryExtension,
  appendlimitExtension,
  statusSizeExtension,
  withinExtension,
  sortExtension,
  sortDisplayExtension,
  threadExtension,
  contextExtension,
  partialExtension,
  uidbatchesExtension,
  inprogressExtension,
  i18nlevelExtension,
  objectidExtension,
  savedateExtension,
  previewExtension,
  multiappendExtension,
  catenateExtension,
  urlPartialExtension,
  replaceExtension,
  utf8AcceptExtension,
  quotaExtension,
  uidonlyExtension,
  unauthenticateExtension,
  compressExtension,
  extendedSyntax,
  responseCodes,
];
