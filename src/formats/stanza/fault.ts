import { FormatError } from '../../base/index.ts';

/**
 * What is wrong with the XML: it is none (`malformed`); XMPP does not take it (`restricted`, RFC 6120 §11.1); it is more than
 * the limits allow (`too-much`); it is no UTF-8 (`encoding`); a prefix that nobody has declared (`prefix`).
 */
export type XmlFaultKind = 'malformed' | 'restricted' | 'too-much' | 'encoding' | 'prefix';

/** XML that is refused, and what for. */
export class XmlFault extends FormatError {
  readonly kind: XmlFaultKind;

  /** `at`: characters from the beginning of what is read. */
  constructor(kind: XmlFaultKind, what: string, at?: number) {
    super(`XML: ${what}`, at);
    this.kind = kind;
  }
}
