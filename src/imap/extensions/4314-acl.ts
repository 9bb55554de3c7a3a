import { getAcl, listRights, myRights } from '../acl/ask.ts';
import { deleteAcl, setAcl } from '../acl/change.ts';
import type { Extension } from '../features.ts';

/**
 * ACL: members share mailboxes. What each command needs of the rights stands where it locates its mailbox
 * (names/place.ts). Negative rights are kept; the owner's rights are not to be changed; a new mailbox has the ACL of
 * the one above it. Rights are looked up with every command.
 */
export const aclExtension: Extension = {
  rfc: 4314,
  name: 'ACL',
  capabilities: ({ member }) => (member === null ? [] : ['ACL', 'RIGHTS=kxte']),
  commands: [setAcl, deleteAcl, getAcl, listRights, myRights],
};
