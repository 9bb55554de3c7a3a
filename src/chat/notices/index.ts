/**
 * chat/notices: a member who asks for it hears in chat that mail came, or an invitation to an appointment.
 * - Off until its member says so, by a command (XEP-0050) or on their page; the configuration may shut it for everybody.
 * - Who sends, and subject or title: never what the mail says. Many at once are one notice, of a bounded number of lines.
 */
export type { News } from './gathered.ts';
export { mayAsk, Notices, type NoticesOptions } from './notices.ts';
export { type ChatNotices, chatNotices } from './wishes.ts';
