import type { Statement } from 'better-sqlite3';
import { Column, is, noopDecoder, noopEncoder, Param, Placeholder, RawSql } from '../drizzle.ts';

/** What a prepared query of drizzle is made of. */
interface Described {
  readonly stmt: Statement;
  readonly query: { readonly params: readonly unknown[] };
  readonly executeMethod: string;
  readonly fields?: readonly { readonly path: readonly string[]; readonly field: unknown }[];
  readonly joinsNotNullableMap?: Readonly<Record<string, boolean>>;
  readonly customResultMapper?: unknown;
}

type Row = Record<string, unknown>;
type Values = Readonly<Record<string, unknown>>;

interface Encoder {
  mapToDriverValue(value: unknown): unknown;
}

interface Decoder {
  mapFromDriverValue(value: unknown): unknown;
}

/** A parameter of the statement: what is bound to the name, or always the same value. */
interface Slot {
  readonly name: string | null;
  readonly encoder: Encoder | null;
  readonly value: unknown;
}

/** A column of the answer. */
interface Part {
  readonly key: string;
  /** Its key in a row within the row. */
  readonly inner: string | null;
  readonly decoder: Decoder | null;
}

const nothing: unknown[] = [];
const noValues: Values = {};
const asItIs: ReadonlySet<unknown> = new Set([
  Column.prototype.mapToDriverValue,
  Column.prototype.mapFromDriverValue,
  noopEncoder.mapToDriverValue,
  noopDecoder.mapFromDriverValue,
]);

function slotOf(param: unknown): Slot {
  if (is(param, Placeholder)) return { name: param.name, encoder: null, value: null };
  if (!is(param, Param) || !is(param.value, Placeholder)) return { name: null, encoder: null, value: param };
  const encoder = asItIs.has(param.encoder.mapToDriverValue) ? null : param.encoder;
  return { name: param.value.name, encoder, value: null };
}

function decoderOf(field: unknown): Decoder {
  if (is(field, Column)) return field;
  const made = is(field, RawSql) ? field : (field as { readonly sql: unknown }).sql;
  return (made as { readonly decoder: Decoder }).decoder;
}

function partsOf({ fields = [], joinsNotNullableMap: joins = {} }: Described): Part[] {
  return fields.map(({ path, field }) => {
    const [key, inner] = path;
    const isMissingWhole = inner !== undefined && Object.values(joins).includes(false);
    if (key === undefined || path.length > 2 || isMissingWhole) {
      throw new Error(`a query answers ${path.join('.')}: nested rows of outer joins cannot be run directly`);
    }
    const decoder = decoderOf(field);
    return {
      key,
      inner: inner ?? null,
      decoder: asItIs.has(decoder.mapFromDriverValue) ? null : decoder,
    };
  });
}

function rowOf(parts: readonly Part[], values: readonly unknown[]): Row {
  const row: Row = {};
  for (let at = 0; at < parts.length; at++) {
    const { key, inner, decoder } = parts[at] as Part;
    const value = values[at];
    const decoded = value === null || decoder === null ? value : decoder.mapFromDriverValue(value);
    if (inner === null) row[key] = decoded;
    else {
      row[key] ??= {};
      (row[key] as Row)[inner] = decoded;
    }
  }
  return row;
}

/**
 * A query as drizzle prepared it, run without drizzle: which parameter stands where and what a row is made of is
 * worked out once and not with every run and every row, which costs more than most statements themselves.
 */
export class DirectQuery {
  readonly #statement: Statement;
  readonly #slots: readonly Slot[];
  /** Null where SQLite's own rows are what is wanted. */
  readonly #parts: readonly Part[] | null;
  readonly #answers: boolean;

  constructor(prepared: object) {
    const described = prepared as Described;
    if (described.customResultMapper) throw new Error('a relational query cannot be run directly');
    this.#statement = described.stmt;
    this.#slots = described.query.params.map(slotOf);
    this.#answers = described.executeMethod !== 'run' && this.#statement.reader;
    this.#parts = null;
    if (!this.#answers) return;
    const parts = partsOf(described);
    const names = this.#statement.columns().map(({ name }) => name);
    const isPlain = parts.every(
      ({ key, inner, decoder }, at) => inner === null && decoder === null && names[at] === key,
    );
    if (!isPlain) {
      this.#parts = parts;
      this.#statement.raw();
    }
  }

  /** Its rows; none where the statement answers none. */
  run(values: Values = noValues): unknown[] {
    const bound: unknown[] = [];
    for (const { name, encoder, value } of this.#slots) {
      if (name === null) {
        bound.push(value);
        continue;
      }
      const given = values[name];
      if (given === undefined) throw new Error(`no value was given for the parameter ${name} of a query`);
      bound.push(encoder === null ? given : encoder.mapToDriverValue(given));
    }
    if (!this.#answers) {
      this.#statement.run(...bound);
      return nothing;
    }
    const rows = this.#statement.all(...bound);
    const parts = this.#parts;
    return parts === null ? rows : rows.map((row) => rowOf(parts, row as readonly unknown[]));
  }
}
