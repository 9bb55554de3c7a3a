export type Status = 'Yes' | 'Partial' | 'No' | 'Not planned';

/** One specification; `files` are relative to the root. Files that declare its number in the code need not be named. */
export interface Specification {
  id: string;
  title: string;
  area: string;
  status: Status;
  files: readonly string[];
  note?: string;
}

/** `number | title | state | files | note`, one line each, below the heading of its area. */
const table = `
# Mail transport
RFC 5321 | Simple Mail Transfer Protocol | Yes | src/smtp/session/session.ts src/smtp/outbound/route/router.ts |
RFC 6409 | Message submission | Yes | |
RFC 8314 | TLS for submission and access (implicit TLS ports) | Yes | |
RFC 2033 | LMTP | Yes | |
RFC 1870 | SIZE | Yes | |
RFC 2920 | PIPELINING | Yes | |
RFC 3030 | CHUNKING and BINARYMIME | Yes | | binary parts are kept and passed on in base64
RFC 3207 | STARTTLS | Yes | |
RFC 3461 | DSN parameters at RCPT and MAIL | Yes | | kept, passed on and obeyed
RFC 3463 | Enhanced status codes | Yes | |
RFC 2034 | ENHANCEDSTATUSCODES | Yes | |
RFC 3464 | Delivery status notifications | Yes | |
RFC 6533 | Internationalized delivery status notifications | Yes | |
RFC 3848 | Transmission types of Received (ESMTPSA …) | Yes | |
RFC 4954 | AUTH | Yes | |
RFC 6152 | 8BITMIME | Yes | |
RFC 6531 | SMTPUTF8 | Yes | |
RFC 7505 | Null MX | Yes | src/smtp/outbound/route/router.ts |
RFC 9422 | LIMITS | Yes | |
RFC 8689 | REQUIRETLS | Yes | |
RFC 6710 | MT-PRIORITY | Not planned | | nothing here waits behind other mail for long, and a priority that every sender may choose is nobody's
RFC 4865 | FUTURERELEASE | Yes | | up to 30 days; for members too
RFC 2852 | DELIVERBY | Not planned | | mode R must come back from every server that does not offer it (§4.1.4), which is nearly all; mode N is what NOTIFY=DELAY does
RFC 4468 | BURL | Not planned | | needs URLAUTH, which no client uses; BDAT saves the time that it would
RFC 3865 | NO-SOLICITING | Not planned | | whoever would mark unwanted mail does not send it; nobody offers it
RFC 2142 | Mailbox names for roles | Yes | src/accounts/scripts/resolve.ts | postmaster and abuse of every domain reach an administrator unless an alias says who
RFC 5782 | DNS block lists | Yes | src/smtp/inbound/guards/block-lists.ts | asked, not served; codes 127.255.255.x are errors
RFC 6647 | Greylisting | Yes | src/smtp/inbound/guards/greylist.ts | of the suspicious alone

# Trust between mail servers
RFC 7208 | SPF | Yes | src/smtp/checks/spf.ts |
RFC 6376 | DKIM | Yes | src/smtp/checks/verify.ts src/smtp/signing/signature.ts | rsa-sha1 is worth nothing (RFC 8301), keys over 8192 bits are not tried
RFC 8463 | DKIM with Ed25519 | Yes | src/smtp/checks/verify.ts src/smtp/signing/signature.ts |
RFC 7489 | DMARC | Yes | src/smtp/checks/policy.ts src/smtp/reports/send.ts src/smtp/reports/intake.ts | read and obeyed as RFC 9989 has it, which took its place; aggregate reports both ways, no failure reports (ruf): they would tell strangers what members receive
RFC 8617 | ARC | Yes | src/smtp/checks/arc-trust.ts src/smtp/signing/seal.ts | a chain is believed where every sealer is named in mail.checks.trustedSealers
RFC 8601 | Authentication-Results | Yes | src/smtp/checks/results-field.ts src/smtp/checks/forged.ts |
RFC 8461 | MTA-STS | Yes | src/smtp/outbound/policy/sts.ts src/web/discovery/mta-sts.ts | obeyed and published
RFC 8460 | TLS reporting | Yes | src/smtp/reports/send.ts src/smtp/reports/post.ts src/smtp/reports/intake.ts | sent by mail and HTTPS, received by mail
RFC 7672 | DANE for SMTP | Yes | src/smtp/outbound/policy/dane.ts src/smtp/outbound/policy/judge.ts | where a resolver that validates is on this machine or named; DNSSEC itself is its work
RFC 6698 | TLSA | Yes | src/smtp/outbound/policy/judge.ts | usages 2 and 3, as RFC 7672 has it
RFC 8659 | CAA | Yes | | shown and checked by myco dns
RFC 6186 | SRV records for mail clients | Yes | | shown and checked by myco dns
RFC 1912 | DNS: names of addresses lead back | Yes | | checked by myco dns
RFC 2308 | DNS: what is not there is remembered | Yes | src/net/dns/records.ts src/net/dns/resolver.ts |
RFC 5452 | DNS: answers of others are told apart | Yes | src/net/dns/exchange.ts |
RFC 6891 | EDNS | Yes | src/net/dns/message.ts src/net/dns/conversation.ts |

# Message format
RFC 5322 | Internet message format | Yes | src/formats/mime/fields.ts src/formats/mime/date.ts src/formats/address/list.ts |
RFC 2045 | MIME: bodies | Yes | src/formats/mime/part-reader.ts src/formats/mime/transfer.ts |
RFC 2046 | MIME: media types | Yes | src/formats/mime/parser.ts |
RFC 2047 | MIME: encoded words | Yes | src/formats/mime/encoded-words.ts |
RFC 2049 | MIME: conformance | Yes | src/formats/mime/parser.ts |
RFC 2183 | Content-Disposition | Yes | src/formats/mime/part.ts |
RFC 2231 | MIME parameters: continuations, charset, language | Yes | src/formats/mime/parameters.ts |
RFC 2557 | Content-Location | Partial | src/formats/mime/part.ts | Content-Location is read and shown; not resolved
RFC 3282 | Content-Language | Yes | src/formats/mime/part.ts |
RFC 1864 | Content-MD5 | Partial | src/formats/mime/part.ts | read and shown; not checked
RFC 6532 | Internationalised headers | Yes | src/formats/mime/charset.ts |
RFC 8970 | Message preview | Yes | |

# Mail access
RFC 3501 | IMAP4rev1 | Yes | |
RFC 9051 | IMAP4rev2 | Yes | |
RFC 2177 | IDLE | Yes | |
RFC 2342 | NAMESPACE | Yes | |
RFC 2971 | ID | Yes | |
RFC 3348 | CHILDREN | Yes | src/imap/names/list.ts |
RFC 3502 | MULTIAPPEND | Yes | |
RFC 3516 | BINARY | Yes | src/stores/mail/incoming/reencode.ts | bodies with NULs are kept in base64, as §4.4 allows
RFC 3691 | UNSELECT | Yes | |
RFC 4314 | ACL | Yes | | other members' mailboxes below Other Users/, the co-op's folders below Public/; no groups yet; right p is kept, no address leads into a shared folder yet
RFC 4315 | UIDPLUS | Yes | |
RFC 4466 | Collected extensions to the grammar | Yes | |
RFC 4467 | URLAUTH | Not planned | | it is for BURL (RFC 4468) and other servers that fetch parts; neither clients nor submission servers use it any more
RFC 4469 | CATENATE | Yes | src/imap/append/catenate.ts |
RFC 4731 | ESEARCH | Yes | |
RFC 4959 | SASL-IR | Yes | |
RFC 4978 | COMPRESS=DEFLATE | Yes | |
RFC 5032 | WITHIN | Yes | |
RFC 5161 | ENABLE | Yes | |
RFC 5182 | SEARCHRES | Yes | |
RFC 5255 | LANGUAGE and I18NLEVEL | Partial | | I18NLEVEL=1: SEARCH, SORT and THREAD compare by i;unicode-casemap; COMPARATOR is not there; LANGUAGE is not for a server whose texts are in one language (§3.1)
RFC 5256 | SORT and THREAD | Yes | | ORDEREDSUBJECT and REFERENCES, and REFS of draft-ietf-morg-inthread
RFC 5258 | LIST-EXTENDED | Yes | |
RFC 5259 | CONVERT | Not planned | | no client of the members asks for it
RFC 5267 | CONTEXT, ESORT | Yes | | CONTEXT=SEARCH, CONTEXT=SORT, UPDATE with items (RFC 5465 §7); sorted results of more than 10,000 messages are not kept up to date
RFC 5464 | METADATA | Yes | |
RFC 5465 | NOTIFY | Yes | | AnnotationChange is refused, there are no annotations of messages
RFC 5530 | Response codes | Yes | |
RFC 5092 | IMAP URLs | Partial | src/imap/wire/url.ts | those of messages on this server, for CATENATE
RFC 5550 | Lemonade profile | Partial | | URL-PARTIAL; its other parts that clients use have rows of their own
RFC 5819 | LIST-STATUS | Yes | |
RFC 5957 | SORT=DISPLAY | Yes | |
RFC 6154 | SPECIAL-USE and CREATE-SPECIAL-USE | Yes | |
RFC 6203 | SEARCH=FUZZY | No | |
RFC 6237 | MULTISEARCH (experimental) | Not planned | | replaced by RFC 7377
RFC 6851 | MOVE | Yes | |
RFC 6855 | UTF8=ACCEPT, as it was | Yes | src/imap/wire/append.ts | its UTF8 (…) of APPEND and CATENATE, which RFC 9755 has dropped
RFC 7162 | CONDSTORE and QRESYNC | Yes | |
RFC 7377 | MULTISEARCH | Yes | | selected-delayed is refused, as §2.1 asks; no scope option is defined
RFC 7888 | LITERAL+ and LITERAL- | Yes | |
RFC 7889 | APPENDLIMIT | Yes | |
RFC 8437 | UNAUTHENTICATE | Yes | |
RFC 8438 | STATUS=SIZE | Yes | |
RFC 8440 | LIST-MYRIGHTS | Yes | |
RFC 8457 | Important mailbox and keyword | No | |
RFC 8474 | OBJECTID | Yes | | THREADID is NIL
RFC 8508 | REPLACE | Yes | |
RFC 8514 | SAVEDATE | Yes | |
RFC 9208 | QUOTA | Yes | | storage; quotas are set by the operator's commands
RFC 9394 | PARTIAL | Yes | |
RFC 9585 | INPROGRESS | Yes | src/imap/session/progress.ts |
RFC 9586 | UIDONLY | Yes | | withheld from clients that break where it is advertised
RFC 9590 | LIST-METADATA | Yes | |
RFC 9738 | MESSAGELIMIT | Not planned | | no command has a limit to announce: work on a mailbox of a million messages goes in bounded steps
RFC 9755 | UTF8=ACCEPT | Yes | | UTF-8 headers are served as they stand, in literals, to clients that do not enable it; 8-bit headers are taken from every client, for mail that is moved here must not be lost
RFC 10022 | UIDBATCHES | Yes | |
RFC 1939 | POP3 | Not planned | | IMAP serves every client of the members
RFC 8620 | JMAP | Not planned | | no client of the members needs it yet
RFC 5228 | Sieve | No | |
RFC 5804 | ManageSieve | No | |

# Signing in
RFC 4422 | SASL | No | |
RFC 4616 | PLAIN | Yes | |
RFC 5802 | SCRAM | Yes | src/imap/mechanisms/scram.ts src/accounts/scram-dialogue.ts | IMAP, submission and chat offer it
RFC 7677 | SCRAM-SHA-256 | Yes | src/imap/mechanisms/scram.ts src/accounts/scram-dialogue.ts | IMAP, submission and chat offer it
RFC 7628 | OAUTHBEARER | Yes | | an IMAP session ends when its token does (exp of RFC 7662)
RFC 8265 | PRECIS: user names and passwords | No | |
RFC 4013 | SASLprep | Yes | src/accounts/passwords.ts |
RFC 9106 | Argon2 | Yes | src/accounts/hasher.ts |
RFC 9266 | Channel binding for TLS 1.3 | Yes | src/net/tcp-connection.ts src/accounts/scram-dialogue.ts | SCRAM binds by it
RFC 5929 | Channel binding (tls-server-end-point) | Yes | src/net/tcp-connection.ts src/accounts/scram-dialogue.ts | tls-server-end-point, by SCRAM

# Transport
RFC 8446 | TLS 1.3 | Yes | src/net/tls/context.ts |
RFC 5280 | X.509 certificates | Yes | src/net/tls/certificate.ts |
RFC 8555 | ACME | No | |
RFC 9110 | HTTP semantics | Partial | src/webdav/server/conditions.ts src/webdav/methods/get.ts src/webdav/methods/ranges.ts src/webdav/server/body.ts | for DAV: conditions, ranges, Expect, authentication; no content negotiation, no compression
RFC 9112 | HTTP/1.1 | Yes | src/net/http/listen-http.ts src/webdav/server/path.ts | Node's parser, strict
RFC 7617 | Basic authentication | Yes | src/webdav/server/login.ts |
RFC 6750 | Bearer tokens | Yes | src/webdav/server/login.ts src/coop/api/identify.ts | for DAV those of an issuer that the operator trusts, for the co-op's API its own; in the header alone (§2.1)

# Calendars, contacts and files
RFC 5545 | iCalendar | No | |
RFC 5546 | iTIP | Partial | src/formats/icalendar/itip/organizer.ts src/formats/icalendar/itip/request.ts src/caldav/scheduling/talk.ts | VEVENT and VTODO: REQUEST, REPLY, CANCEL, ADD, REFRESH, delegation; COUNTER and DECLINECOUNTER are shown in the inbox; VFREEBUSY by the outbox; PUBLISH stays mail; VJOURNAL is no invitation
RFC 6047 | iMIP | Partial | src/caldav/scheduling/imip/compose.ts src/caldav/scheduling/imip/arrived.ts | REQUEST, REPLY and CANCEL both ways, the other methods of RFC 5546 but PUBLISH as they come; believed from the author that DMARC, or a session, proves
RFC 6350 | vCard 4 | Yes | src/formats/vcard/read.ts src/formats/vcard/write.ts src/formats/vcard/convert/to-four.ts | cards are kept as they came; values are not judged
RFC 2426 | vCard 3 | Yes | src/formats/vcard/read.ts src/formats/vcard/convert/to-three.ts | kept as it came
RFC 6868 | Parameter values of vCard 4 and iCalendar | Yes | src/formats/vcard/text.ts |
RFC 6715 | vCard: interests and expertise | Yes | src/formats/vcard/convert/to-three.ts | kept in both versions
RFC 9554 | vCard: pronouns, profiles, more | Yes | src/formats/vcard/convert/to-three.ts | kept in both versions
RFC 4918 | WebDAV | Yes | src/webdav/server/if-header.ts src/webdav/server/multi-status.ts src/webdav/properties/4918-basic.ts src/webdav/properties/4918-locks.ts | classes 1, 2 and 3; dead properties are kept as they were written
RFC 3253 | Versioning: REPORT, expand-property | Partial | src/webdav/methods/report.ts src/webdav/reports/expand-property.ts src/webdav/properties/3253-supported.ts | what RFC 3744 and clients need of it; versions are a collection of their own
RFC 3744 | WebDAV access control | Partial | src/webdav/properties/3744-acl.ts src/webdav/properties/3744-principals.ts src/webdav/reports/principals.ts src/webdav/reports/principal-search.ts | privileges, principals and their reports; rights are given by sharing, not by the method ACL
RFC 4331 | Quota and size properties | Yes | src/webdav/properties/4331-quota.ts |
RFC 5323 | SEARCH | Partial | src/webdav/methods/search.ts src/webdav/search/parse.ts src/webdav/properties/5323-search.ts | DAV:basicsearch over names, types, dates and sizes; no full text
RFC 5397 | current-user-principal | Yes | src/webdav/properties/5397-current-user-principal.ts |
RFC 5689 | Extended MKCOL | Yes | src/webdav/properties/changes.ts |
RFC 5995 | POST to add members | Yes | src/webdav/properties/5995-add-member.ts |
RFC 6578 | WebDAV synchronisation | Yes | src/webdav/reports/sync-collection.ts src/webdav/properties/6578-sync-token.ts |
RFC 7240 | Prefer | Partial | src/webdav/server/headers.ts src/webdav/methods/representation.ts | return=minimal and, of PUT and POST, return=representation are obeyed; others are passed over, as it allows
RFC 8144 | Prefer in WebDAV | Yes | src/webdav/server/headers.ts src/webdav/methods/propfind.ts |
RFC 6266 | Content-Disposition in HTTP | Yes | src/net/http/disposition.ts src/web/public/send.ts | files of public links, archives, earlier contents
RFC 7578 | multipart/form-data | Yes | src/web/http/multipart.ts | files that are sent to a public link; never held
RFC 4791 | CalDAV | Partial | src/caldav/collections/prepare.ts src/caldav/reports/calendar-query.ts src/caldav/filter/parse.ts src/caldav/methods/mkcalendar.ts | locks and dead properties of single objects are left out
RFC 5051 | i;unicode-casemap | Yes | src/webdav/collections/query/text-match.ts |
RFC 4790 | Collations (i;octet, i;ascii-casemap) | Yes | src/webdav/collections/query/text-match.ts |
RFC 7529 | Non-Gregorian recurrence rules | Partial | src/formats/icalendar/recur/day-filter.ts src/caldav/properties/4791-calendar.ts | of RSCALE=GREGORIAN alone, SKIP among it
RFC 7809 | Time zones by reference | Partial | src/caldav/calendar-data/timezones.ts src/caldav/properties/4791-timezone.ts | no time zone service is named
RFC 6638 | CalDAV scheduling | Partial | src/caldav/scheduling/hooks.ts src/caldav/scheduling/outbox.ts src/caldav/properties/6638-scheduling.ts | the default calendar is told, and not set by clients; a mail that bounces leaves SCHEDULE-STATUS as it was
RFC 8607 | Managed attachments of calendars | Yes | | mail invites with the address alone: who is not a member cannot open it
RFC 7953 | VAVAILABILITY | Partial | src/formats/icalendar/busy/availability.ts | kept with the inbox and read for busy times
RFC 6352 | CardDAV | Yes | src/carddav/extension.ts src/carddav/reports/query.ts src/webdav/collections/query/multiget.ts src/carddav/properties/book.ts src/carddav/collections/flavor.ts |
draft-bitfire-webdav-push | Push for WebDAV (WebDAV-Push) | Yes | src/webdav/push/register.ts src/webdav/push/properties.ts src/webdav/push/pushes.ts | calendars, address books, inboxes and their homes; principals and folders of files tell nothing; of property updates which property it was is not told apart
RFC 8030 | Web Push | Yes | src/webdav/push/deliver.ts | as the application server
RFC 8291 | Encrypted messages for Web Push | Yes | src/webdav/push/deliver.ts src/webdav/push/subscription.ts |
RFC 8292 | VAPID: who sends, for push services | Yes | src/webdav/push/keys.ts src/webdav/push/deliver.ts |
RFC 6764 | Finding CalDAV and CardDAV | Yes | src/webdav/server/dav.ts src/cli/dns/services.ts | .well-known leads to /dav/; SRV and TXT rows are in myco dns show

# Chat
RFC 6120 | XMPP core | Partial | src/chat/stream/client-stream.ts src/chat/auth/sasl.ts src/chat/stream/bind.ts | streams, STARTTLS, SASL, binding of resources, errors; SASL EXTERNAL is not for clients
RFC 6121 | XMPP instant messaging and presence | Partial | src/chat/roster/roster.ts src/chat/roster/subscription.ts src/chat/roster/subscriptions.ts src/chat/presence/sent.ts src/chat/presence/received.ts src/chat/presence/ends.ts | all but §2.1.5 'forbidden', which others hear as 'service-unavailable'
RFC 7622 | XMPP addresses | Yes | src/formats/jid/jid.ts src/formats/jid/precis.ts | a final sigma is any sigma, as readers see it
RFC 7590 | TLS in XMPP | Yes | src/chat/stream/start-tls.ts src/chat/federation/connect.ts |
RFC 7395 | XMPP over WebSocket | Yes | src/chat/stream/websocket-transport.ts |
XEP-0004 | Data Forms | Yes | src/chat/data/forms.ts | 2.13.2
XEP-0059 | Result Set Management | Yes | src/chat/data/result-sets.ts | 1.0: pages have no number
XEP-0156 | Discovering Alternative XMPP Connection Methods | Yes | src/web/discovery/host-meta.ts | 1.4.0: host-meta and host-meta.json
XEP-0085 | Chat State Notifications | Yes | src/chat/archive/keeping.ts | 2.1: passed on, not archived
XEP-0184 | Message Delivery Receipts | Yes | src/chat/archive/keeping.ts | 1.4.0: passed on and archived
XEP-0308 | Last Message Correction | Yes | src/chat/archive/keeping.ts | 1.2.1: passed on and archived
XEP-0333 | Chat Markers | Yes | src/chat/archive/keeping.ts | 0.4: passed on and archived
XEP-0444 | Message Reactions | Yes | src/chat/archive/keeping.ts | 0.2.1: passed on and archived
XEP-0461 | Message Replies | Yes | src/chat/archive/keeping.ts | 0.2.0: passed on and archived
XEP-0012 | Last Activity | Yes | src/chat/xeps/0012-last-activity.ts src/chat/presence/ends.ts | 2.0: for those who may know the presence of an account
XEP-0049 | Private XML Storage | Yes | src/chat/xeps/0049-private-xml.ts | 1.2
XEP-0377 | Blocking Command Reports | Yes | src/chat/xeps/0377-reports.ts | 0.4.1: told to whoever reads the mail for abuse@; passed on to nobody else
XEP-0191 | Blocking Command | Yes | src/chat/xeps/0191-blocking.ts src/chat/roster/blocked.ts src/chat/presence/hiding.ts | 1.3
XEP-0030 | Service Discovery | Yes | src/chat/xeps/0030-service-discovery.ts src/chat/data/disco.ts | 2.5.0: an account is shown to those who may know its presence
XEP-0045 | Multi-User Chat | Partial | src/chat/rooms/service.ts src/chat/rooms/rights.ts src/chat/rooms/config.ts | 1.35.5: requests for registration are not mediated, and rooms for members alone show no absent ones
XEP-0082 | XMPP Date and Time Profiles | Yes | src/chat/data/times.ts | 1.1.1
XEP-0092 | Software Version | Yes | src/chat/xeps/0092-software-version.ts | 1.1: without the operating system
XEP-0050 | Ad-Hoc Commands | Partial | src/chat/xeps/0050-ad-hoc-commands.ts | 1.3.0: of the server alone, one form at a time; there is no way back to an earlier one
XEP-0133 | Service Administration | Partial | src/chat/commands/administration.ts | 1.3.0: members added, disabled, enabled, deleted and counted, sessions ended, announcements; a password is changed by a link alone, and nobody is shown what members have said
XEP-0115 | Entity Capabilities | Yes | src/chat/xeps/0115-entity-capabilities.ts src/chat/caps/known.ts src/chat/caps/verification.ts | 1.6.0
XEP-0128 | Service Discovery Extensions | Yes | src/chat/data/disco.ts | 1.0.1
XEP-0157 | Contact Addresses for XMPP Services | Yes | src/chat/xeps/0157-contact-addresses.ts | 1.1.1: the mailboxes of RFC 2142
XEP-0202 | Entity Time | Yes | src/chat/xeps/0202-entity-time.ts | 2.0
XEP-0215 | External Service Discovery | Yes | src/chat/xeps/0215-external-services.ts | 1.0.0: a TURN server that the configuration names, with credentials that end; changes are not pushed
XEP-0227 | Portable Import/Export Format for XMPP-IM Servers | Partial | src/chat/portable/write.ts src/chat/portable/read.ts | 1.1: contacts, requests, who is blocked, private XML, PEP, the archive; read as well: messages that waited, vCards, which go into the own card and are written among the contacts; without credentials, privacy lists, XInclude
XEP-0363 | HTTP File Upload | Partial | src/chat/xeps/0363-http-upload.ts src/webdav/sent-files/space.ts | 1.2.0: files are kept among those of who sends them, whatever their purpose
XEP-0160 | Best Practices for Handling Offline Messages | Yes | | 1.0.1: not told to who reads the archive
XEP-0203 | Delayed Delivery | Yes | | 2.0
XEP-0280 | Message Carbons | Yes | | 1.0.1
XEP-0297 | Stanza Forwarding | Yes | | 1.0
XEP-0249 | Direct MUC Invitations | Yes | src/chat/rooms/mediate.ts | 1.2
XEP-0410 | MUC Self-Ping | Yes | src/chat/rooms/service.ts | 1.1.0
XEP-0421 | Occupant identifiers | Yes | src/chat/rooms/occupants.ts | 1.0.1
XEP-0425 | Message Moderation | Yes | src/chat/rooms/moderated.ts | 0.3.0: messages are retracted
XEP-0486 | MUC Avatars | Yes | src/chat/rooms/card.ts | 0.1.0: one picture
XEP-0313 | Message Archive Management | Yes | | 1.1.3: urn:xmpp:mam:2 and #extended; messages of rooms stand in the rooms' archives alone, which answer for themselves
XEP-0334 | Message Processing Hints | Yes | | 1.0.0
XEP-0352 | Client State Indication | Yes | | 1.0.0
XEP-0359 | Unique and Stable Stanza IDs | Yes | | 0.7.0
XEP-0424 | Message Retraction | Yes | | 0.4.2
XEP-0441 | Message Archive Management Preferences | Yes | src/chat/archive/preferences.ts | 0.2.0
XEP-0431 | Full Text Search in MAM | Yes | src/chat/archive/query.ts | 0.3.0
XEP-0198 | Stream Management | Yes | | 1.6.3: kept for an hour unless configured, over any transport; no location
XEP-0060 | Publish-Subscribe | Partial | src/chat/xeps/0060-pubsub.ts src/chat/pubsub/requests.ts src/chat/pubsub/access.ts | 1.30.0: nodes of accounts, all access models; no collections, no options of subscriptions, and owners are not asked by form whom to let in
XEP-0163 | Personal Eventing Protocol | Yes | src/chat/xeps/0163-personal-eventing.ts src/chat/pubsub/pep.ts src/chat/pubsub/last-items.ts | 1.2.2
XEP-0384 | OMEMO Encryption | Yes | src/chat/pubsub/publish.ts | 0.8.3: what it needs of a server: nodes that anybody may read, of many items
XEP-0178 | SASL EXTERNAL with Certificates | Yes | src/chat/federation/reception.ts src/chat/federation/initiate.ts | 1.2: between servers; not for clients
XEP-0185 | Dialback Key Generation and Validation | Yes | src/chat/federation/dialback-key.ts | 1.0
XEP-0220 | Server Dialback | Yes | src/chat/federation/dialback.ts src/chat/federation/reception.ts | 1.1.1: over TLS alone; others may share a stream of theirs, ours carry one pair of domains each
XEP-0288 | Bidirectional Server-to-Server Connections | Yes | src/chat/federation/incoming.ts | 1.0.1
XEP-0357 | Push Notifications | Yes | src/chat/push/wake.ts | 0.4.1: without content; no news of subscription requests
XEP-0368 | SRV records for XMPP over TLS | Yes | src/chat/federation/connect.ts | 1.1.0
XEP-0478 | Stream Limits Advertisement | Yes | src/chat/federation/offers.ts | 0.1.0
XEP-0048 | Bookmarks | Yes | src/chat/xeps/0402-bookmarks.ts | 1.2: in private XML and in a node, both views of XEP-0402's
XEP-0054 | vcard-temp | Partial | src/chat/xeps/0054-vcard-temp.ts src/chat/cards/temp.ts src/carddav/own-cards.ts | 1.3.0: a view of the member's own card; contacts are not shown telephones, postal addresses, birthdays and notes, others the name and the picture
XEP-0292 | vCard4 Over XMPP | Partial | src/chat/xeps/0292-vcard4.ts src/chat/cards/vcard4.ts | 0.12.0: what a client publishes stands in the member's own card; nothing of the card is published
XEP-0084 | User Avatar | Yes | src/chat/xeps/0084-user-avatar.ts src/chat/cards/avatar.ts | 1.1.4
XEP-0153 | vCard-Based Avatars | Yes | src/chat/xeps/0153-vcard-avatars.ts | 1.1.1
XEP-0398 | User Avatar to vCard-Based Avatars Conversion | Yes | src/chat/xeps/0398-avatar-conversion.ts src/chat/cards/avatar.ts | 1.0.1: both ways
XEP-0222 | Persistent Storage of Public Data via PubSub | Yes | | 1.0.1
XEP-0223 | Persistent Storage of Private Data via PubSub | Yes | | 1.1.1
XEP-0411 | Bookmarks Conversion | Yes | src/chat/xeps/0402-bookmarks.ts | 1.1.0: private XML and PEP, both views of XEP-0402's
XEP-0402 | PEP Native Bookmarks | Yes | | 1.2.0: with #compat and #compat-pep
XEP-0490 | Message Displayed Synchronization | Partial | | 1.0.1: clients publish; the server does not do it for them
XEP-0199 | XMPP Ping | Yes | | 2.0.1
XEP-0386 | Bind 2 | Yes | src/chat/xeps/0386-bind2.ts | 1.1.0
XEP-0388 | Extensible SASL Profile | Yes | src/chat/auth/sasl2.ts | 1.0.4; no tasks: all hashes are kept of every password, and there is no second factor
XEP-0440 | SASL Channel-Binding Type Capability | Yes | src/chat/xeps/0440-channel-bindings.ts | 1.0.0: tls-exporter, tls-server-end-point; none over WebSocket and TLS 1.2
XEP-0484 | Fast Authentication Streamlining Tokens | Yes | src/chat/auth/fast.ts src/chat/xeps/0484-fast.ts | 0.2.0: HT-SHA-256-EXPR, -ENDP, -NONE; TLS early data are not taken
XEP-0077 | In-Band Registration | Partial | src/chat/xeps/0077-registration.ts src/chat/registration/register.ts | 2.4: by invitation or for anybody, one's own password; by fields, not by forms; accounts are given up where anybody may have one
XEP-0379 | Pre-Authenticated Roster Subscription | Yes | src/chat/xeps/0379-invited-contacts.ts src/chat/registration/invitations.ts | 0.3.3
XEP-0401 | Ad-hoc Account Invitation Generation | Yes | src/chat/registration/invitations.ts | 0.6.0
XEP-0445 | Pre-Authenticated In-Band Registration | Yes | src/chat/xeps/0445-invited-registration.ts src/chat/registration/register.ts | 0.2.0
XEP-0474 | SASL SCRAM Downgrade Protection | Yes | src/chat/auth/scram.ts src/accounts/scram-dialogue.ts | 0.5.0
XEP-0065 | SOCKS5 Bytestreams | No | | no relay for files between clients: they are sent along by XEP-0363
XEP-0114 | Jabber Component Protocol | No | | programs come as clients
XEP-0124 | Bidirectional-streams Over Synchronous HTTP (BOSH) | No | | web pages come by WebSocket (RFC 7395)
XEP-0206 | XMPP Over BOSH | No | |
XEP-0369 | Mediated Information eXchange (MIX) | No | | rooms are those of XEP-0045

# The co-operative's money
RFC 8785 | JSON canonicalization | Yes | src/formats/canonical-json/write.ts | whole numbers alone: nothing that is hashed has others
RFC 6962 | Certificate transparency: trees of hashes | Partial | src/formats/merkle/tree.ts | the tree and its proofs (§2), over the ledger; no log of certificates
RFC 9162 | Certificate transparency 2.0: verifying proofs | Partial | src/formats/merkle/tree.ts | §2.1.3.2 and §2.1.4.2
RFC 9457 | Problem details for HTTP | Yes | src/coop/api/problem.ts |
RFC 7493 | I-JSON | Yes | src/formats/strict-json/read.ts | what the co-op's API takes: names once, whole numbers that every reader holds exactly, UTF-8
OpenAPI 3.1 | Description of HTTP APIs | Yes | src/coop/api/openapi.ts | /api/v1/openapi.json, made of the routes that are served
RFC 4180 | CSV | Partial | src/coop/ledger/exports/csv.ts | written for the ledger; statements of banks are not read from it
C2SP signed-note | Signed notes | Yes | src/formats/signed-note/note.ts | Ed25519
C2SP tlog-checkpoint | Checkpoints of transparency logs | Partial | src/formats/signed-note/checkpoint.ts src/coop/ledger/checkpoints.ts | signed each day; no witness cosigns
ISO 20022 pain.001.001.09 | Credit transfers, asked of a bank | Yes | src/formats/iso20022/credit-transfers.ts src/coop/payouts/scripts/export.ts |
EPC132-08 | SEPA credit transfers, from customers to banks | Yes | src/formats/iso20022/credit-transfers.ts src/formats/iso20022/bank-days.ts | without postal addresses, which may be left out
EPC217-08 | Characters of SEPA | Yes | src/formats/iso20022/sepa-text.ts | Latin, Greek and Cyrillic letters are told in those that every bank takes; who is named in others names a holder of the account
EPC069-12 | QR codes that fill in a transfer | Yes | src/formats/iso20022/epc-qr.ts src/coop/parties/invoice-pdf.ts | version 002, with a reference (ISO 11649)
ISO 20022 camt.053 | Statements of a bank | Yes | src/formats/iso20022/statements.ts src/coop/bank/bank.ts | what is booked
ISO 11649 | References of creditors (RF) | Yes | src/formats/iban/reference.ts src/coop/bank/scripts/match.ts |
ISO 13616 | IBAN | Yes | src/formats/iban/iban.ts |
`;

const states: readonly string[] = ['Yes', 'Partial', 'No', 'Not planned'] satisfies Status[];

export const specifications: readonly Specification[] = parseSpecifications(table);

/** Reads the table; throws an Error that names the line which is none of its rows. */
export function parseSpecifications(text: string): Specification[] {
  const rows: Specification[] = [];
  let area = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) area = line.slice(2);
    else if (line.trim() !== '') rows.push(parseRow(line, area));
  }
  return rows;
}

function parseRow(line: string, area: string): Specification {
  const cells = line.split('|').map((cell) => cell.trim());
  const [id = '', title = '', status = '', files = '', note = ''] = cells;
  if (cells.length !== 5) throw new Error(`five cells are a row of the table, not ${cells.length}: ${line}`);
  if (
    !/^(?:RFC [1-9]\d*|XEP-\d{4}|draft-[a-z\d-]+|(?:C2SP|ISO|OpenAPI) [a-z\d.-]+(?: [a-z\d.]+)?|EPC\d{3}-\d{2})$/.test(
      id,
    )
  )
    throw new Error(`'${id}' is no number of a specification: ${line}`);
  if (area === '' || title === '') throw new Error(`a row has an area and a title: ${line}`);
  if (!states.includes(status)) throw new Error(`'${status}' is no state (${states.join(', ')}): ${line}`);
  return {
    id,
    title,
    area,
    status: status as Status,
    files: files.split(' ').filter((file) => file !== ''),
    ...(note ? { note } : {}),
  };
}
