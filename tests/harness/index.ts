/**
 * harness: what the tests of the whole process share. It starts the real thing (`bin/myco.mjs serve`, compiled where
 * `dist/` is newer than every source, else from source), reads the ready line, adds members by the command line, and
 * speaks IMAP and SMTP through sockets that verify the self-signed authority of the data folder.
 */
export { type DavAnswer, type DavClient, type DavRequest, openDav } from './dav.ts';
export { type ImapClient, type ImapReply, openImap } from './imap.ts';
export { domain, type Myco, type MycoOptions, member, password, startMyco, stopAll } from './myco.ts';
export { ended, freePort, startListening } from './programs.ts';
export { openSmtp, type SmtpClient, type SmtpDoor, type SmtpReply } from './smtp.ts';
export { findTool, type Ran, run, withTools } from './tools.ts';
export { eventually, sampleMessage, sha256 } from './values.ts';
