/** One breach of the rules of the house. */
export interface Violation {
  rule: string;
  path: string;
  line: number;
  what: string;
  /** The function or constant it is about, for an exception by name. */
  name?: string;
}
