import type { SequenceSet } from './sequence-set.ts';

/** Response codes that are one word. RFC 9051 §7.1, RFC 5530, RFC 7162 §3.1.2.2, RFC 5182 §2.4, RFC 3516 §4.3, RFC 7889, RFC 4978. */
export type PlainResponseCode =
  | 'ALERT'
  | 'ALREADYEXISTS'
  | 'AUTHENTICATIONFAILED'
  | 'AUTHORIZATIONFAILED'
  | 'CANNOT'
  | 'CLIENTBUG'
  | 'CLOSED'
  | 'COMPRESSIONACTIVE'
  | 'CONTACTADMIN'
  | 'CORRUPTION'
  | 'EXPIRED'
  | 'EXPUNGEISSUED'
  | 'HASCHILDREN'
  | 'INUSE'
  | 'LIMIT'
  | 'NOMODSEQ'
  | 'NONEXISTENT'
  | 'NOPERM'
  | 'NOTIFICATIONOVERFLOW'
  | 'NOTSAVED'
  | 'OVERQUOTA'
  | 'PARSE'
  | 'PRIVACYREQUIRED'
  | 'READ-ONLY'
  | 'READ-WRITE'
  | 'SERVERBUG'
  | 'TOOBIG'
  | 'TOOFEW'
  | 'TOOMANY'
  | 'TRYCREATE'
  | 'UIDNOTSTICKY'
  | 'UIDREQUIRED'
  | 'UNAVAILABLE'
  | 'UNKNOWN-CTE'
  | 'USEATTR';

/** Everything that may stand in the brackets of a status response. The union is closed: a new code is added here. */
export type ResponseCode =
  | PlainResponseCode
  /** The events that are told. RFC 5465 §3.1. */
  | { readonly code: 'BADEVENT'; readonly events: readonly string[] }
  /** Charsets that are served; may be empty. */
  | { readonly code: 'BADCHARSET'; readonly charsets: readonly string[] }
  | { readonly code: 'CAPABILITY'; readonly capabilities: readonly string[] }
  /** `\*` among the flags says that keywords may be made. */
  | { readonly code: 'PERMANENTFLAGS'; readonly flags: readonly string[] }
  | { readonly code: 'UIDNEXT' | 'UIDVALIDITY' | 'UNSEEN'; readonly value: number }
  | { readonly code: 'HIGHESTMODSEQ'; readonly value: number }
  | { readonly code: 'APPENDUID'; readonly uidValidity: number; readonly uids: SequenceSet }
  /** `from` and `to` name the messages in the same order. */
  | {
      readonly code: 'COPYUID';
      readonly uidValidity: number;
      readonly from: SequenceSet;
      readonly to: SequenceSet;
    }
  /** Messages that a conditional STORE left alone. RFC 7162 §3.1.3. */
  | { readonly code: 'MODIFIED'; readonly set: SequenceSet }
  /** The URL that could not be followed, printable ASCII. RFC 4469 §4.1. */
  | { readonly code: 'BADURL'; readonly url: string }
  /** RFC 5464 §5: sizes in octets. */
  | { readonly code: 'METADATA'; readonly what: 'TOOMANY' | 'NOPRIVATE' }
  | { readonly code: 'METADATA'; readonly what: 'MAXSIZE' | 'LONGENTRIES'; readonly value: number }
  /** RFC 5267 §4.3.1: no updates are told of the search of this tag. */
  | { readonly code: 'NOUPDATE'; readonly tag: string }
  /** RFC 9585 §4: how many of how many messages a command has seen to; null where that is not known. */
  | {
      readonly code: 'INPROGRESS';
      readonly tag: string;
      readonly state: { readonly done: number; readonly goal: number } | null;
    }
  /** RFC 8474 §4.2. */
  | { readonly code: 'MAILBOXID'; readonly id: string };

/** The code as it stands between the brackets. Throws where a value could not stand there. */
export function formatResponseCode(code: ResponseCode): string {
  if (typeof code === 'string') return code;
  switch (code.code) {
    case 'BADCHARSET':
      return code.charsets.length === 0 ? 'BADCHARSET' : `BADCHARSET (${code.charsets.join(' ')})`;
    case 'BADEVENT':
      return `BADEVENT (${code.events.join(' ')})`;
    case 'CAPABILITY':
      return `CAPABILITY ${code.capabilities.join(' ')}`;
    case 'PERMANENTFLAGS':
      return `PERMANENTFLAGS (${code.flags.join(' ')})`;
    case 'UIDNEXT':
    case 'UIDVALIDITY':
    case 'UNSEEN':
    case 'HIGHESTMODSEQ':
      return `${code.code} ${code.value}`;
    case 'APPENDUID':
      return `APPENDUID ${code.uidValidity} ${code.uids}`;
    case 'COPYUID':
      return `COPYUID ${code.uidValidity} ${code.from} ${code.to}`;
    case 'MODIFIED':
      return `MODIFIED ${code.set}`;
    case 'INPROGRESS': {
      const { tag, state } = code;
      return `INPROGRESS ("${tag}" ${state === null ? 'NIL NIL' : `${state.done} ${state.goal}`})`;
    }
    case 'BADURL':
      return `BADURL "${code.url.replace(/["\\\]]/g, (found) => encodeURIComponent(found))}"`;
    case 'METADATA':
      return 'value' in code ? `METADATA ${code.what} ${code.value}` : `METADATA ${code.what}`;
    case 'NOUPDATE':
      return `NOUPDATE "${code.tag}"`;
    case 'MAILBOXID':
      return `MAILBOXID (${code.id})`;
  }
}
