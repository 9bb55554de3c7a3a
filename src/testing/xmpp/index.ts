/**
 * xmpp: clients that say what they are told, and transcripts that read as XMPP is spoken. Grammar of a transcript:
 *   # XEP-0280: carbons               the first comment is the title
 *   only tcp                          else it is played over TCP and over WebSocket
 *   set chat.registration: open       handed to the one who opens the world;  - invite romeo  is one of its fixtures
 *   actor romeo is romeo/orchard      an account and a resource; `a stranger` (a stream alone), `server verona.example`
 *   actor phone is juliet/phone with carbons, acks, available      more: plain, scram-sha-1, scram-sha-256, no tls,
 *                                     direct tls, acks by hand; `available`: sends presence and forgets what it brings
 *   actor mantua is server mantua.example with certificate         or: certificate of other.example; it reads features itself
 *   romeo connects                    or: opens a stream, starts TLS, authenticates, disconnects, is cut, is disconnected,
 *                                     resumes, receives nothing, receives nothing for 200 ms, forgets, becomes inactive
 *   everybody connects                (forgets, receives nothing)
 *   romeo sends: <presence/>          or indented below, one or several elements; `sends raw:` as it stands
 *   phone receives:                   the next that comes; `receives in any order:`; `finds:` leaves others unread;
 *     <message from='{romeo}' ...>    `is offered:` features of the stream
 * In what comes: {any}; {maybe}: an attribute that may be missing; {capture:x} learns, {x} is what was learnt; {...} among
 * children: others may stand there; more='{...}': other attributes may; {any order}: of the children. `{{` is a brace.
 * Known: {domain}, and of each actor {romeo} (full JID), {romeo.bare}, {romeo.stream} (the id of its stream). `receives nothing` is a ping that is answered
 * first, after the others' pings: nothing is waited for. What came and was not expected at the end is a failure.
 */

export { loginXmpp, XmppActor, type XmppActorOptions, type XmppLogin, type XmppMatcher } from './actor.ts';
export { type DialbackAuthority, openDialbackAuthority } from './dialback-authority.ts';
export { type FakeServer, type FakeServerOptions, openFakeServer } from './fake-server.ts';
export { type Captures, matchElement, XmppTranscriptError } from './match.ts';
export { parseXmppTranscript, type XmppTranscript } from './parse.ts';
export { runXmppTranscript, type XmppFixture, type XmppTransport, type XmppWorld } from './run.ts';
export type { SaslMechanism } from './sasl.ts';
export { loginSasl2, type Sasl2Login } from './sasl2.ts';
export { showElement } from './show.ts';
export { type XmppTranscriptsOptions, xmppTranscripts } from './suite.ts';
export { openWire, type WireDoor, type XmppWire } from './wire.ts';
