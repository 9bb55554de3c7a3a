/** RFC 8474 §4: object ids are made of what is never reused; they are unique over all accounts. */
export function mailboxObjectId(account: number, mailbox: number): string {
  return `M${account}-${mailbox}`;
}

/** The EMAILID of a content (`MessageRow.email`). */
export function emailObjectId(account: number, email: number): string {
  return `E${account}-${email}`;
}
