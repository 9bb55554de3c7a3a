/**
 * Every bound of the IMAP grammar. The session checks the byte limits while it reads, before memory is spent;
 * the decoder checks the rest. Units stand last in each name.
 */
export const wireLimits = {
  /** Text of one command without its literals. RFC 7162 §4 asks for 8,192; long UID sets need more. */
  commandLineBytesMax: 1024 * 1024,
  /** The same before login: room for a large SASL token and no more. */
  commandLineUnauthenticatedBytesMax: 16 * 1024,
  /** One literal that is a string (a mailbox name, a search text); messages of APPEND are spooled instead. */
  literalBytesMax: 128 * 1024,
  literalUnauthenticatedBytesMax: 4 * 1024,
  /** All literals of one command that are held in memory. */
  commandLiteralsBytesMax: 1024 * 1024,
  commandLiteralsMax: 1000,
  /** Largest `{n+}` where only LITERAL- is offered (RFC 7888 §5). */
  literalMinusBytesMax: 4096,
  /** Parentheses within parentheses. */
  nestingDepthMax: 100,
  /** NOT, OR and parentheses of SEARCH, together. */
  searchDepthMax: 100,
  searchKeysMax: 5000,
  /** More than there are keys; a key that stands again changes nothing. */
  sortCriteriaMax: 20,
  fetchItemsMax: 250,
  headerFieldsMax: 500,
  sectionPartsMax: 100,
  sequenceRangesMax: 100_000,
  flagsMax: 200,
  flagBytesMax: 255,
  /** A mailbox name after decoding, in UTF-8. */
  mailboxNameBytesMax: 1024,
  listPatternsMax: 100,
  /** Texts and URLs that CATENATE makes one message of. */
  catenatePartsMax: 500,
  /** One URL of CATENATE: a mailbox name, every octet of it encoded, and a section. */
  urlBytesMax: 8 * 1024,
  /** Mailboxes of one event group of NOTIFY. */
  notifyNamesMax: 10_000,
  /** Uids of one VANISHED response; more of them come in several. */
  vanishedUidsMax: 5_000,
  /** Options of LIST, STATUS, SELECT, CREATE, SEARCH RETURN and modifiers of FETCH and STORE. */
  optionsMax: 50,
  /** Annotations of one GETMETADATA or SETMETADATA, and the name of one. */
  metadataEntriesMax: 200,
  metadataNameBytesMax: 1024,
  /** RFC 2971 §3.3. */
  idPairsMax: 30,
  idFieldBytesMax: 30,
  idValueBytesMax: 1024,
  /** A block that long answers are written into, and how many are kept for the next. */
  longBlockBytesMax: 64 * 1024,
  freeBlocksMax: 64,
} as const;
