/**
 * Wire transcripts: text files that read as the protocol is spoken, with named actors on connections of their own.
 *   # RFC 6851: MOVE                 the first comment is the title
 *   - deliver alice INBOX            a fixture; `  | …` lines below it are its body
 *   A: imap alice                    A connects; later `A: tls`, `A: compress`, `A: close`, `A: closed`, `A: nothing`
 *   A> a1 SELECT INBOX               A sends a line; `A>= \x00\r\n` sends bytes with escapes and no line end
 *   A< a1 OK <any>                   A hears exactly this line next
 *   A<~ * 1 EXISTS                   `<~` lines beside each other come in any order
 *   A< …                             any lines up to the one expected next
 *   A> a2 APPEND INBOX {*}           `{*}`, `{*+}`: the size of the literal below; when heard, any size
 *   A>| Subject: hi                  a literal's lines, CRLF after each unless it ends with '\'; `A<|` when heard
 * In what is heard: <any> <word> <number> <uid> <quoted>, <x=regex> learns x, <x> is what was learnt; in what is sent
 * only <x>; `<<` is a plain '<'. What came and was not expected at the end is a failure.
 */
export { parseTranscript, type Transcript, TranscriptError } from './parse.ts';
export { type Fixture, runTranscript, type TranscriptSetup } from './run.ts';
export { transcripts } from './suite.ts';
