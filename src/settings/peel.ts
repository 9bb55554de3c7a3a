import { z } from 'zod';
import { formatPath, type KeyPath } from './problems.ts';

/** When a changed value takes effect: at once on SIGHUP, or at the next start. */
export type Reload = 'live' | 'restart';

/** What the schema of one key says about it, its wrappers (default, optional, transform) taken off. */
export interface Described {
  /** The schema of the value as it is written. */
  readonly inner: z.core.$ZodType;
  readonly description: string | undefined;
  readonly reload: Reload | undefined;
  /** The form of a scalar in words: `a size such as 50MiB`. */
  readonly form: string | undefined;
  /** What the example shows, commented out, where there is no default. */
  readonly sample: unknown;
  /** Written on one line in the example. */
  readonly flow: boolean;
  /** The default as it would be written in YAML; undefined where there is none. */
  readonly fallback: unknown;
  readonly optional: boolean;
}

/** Takes a schema's wrappers off. What an outer wrapper declares wins over the same of an inner one. */
export function peel(schema: z.core.$ZodType): Described {
  let inner: z.core.$ZodType = schema;
  let fallback: unknown;
  let optional = false;
  const meta: Record<string, unknown> = {};
  for (;;) {
    for (const [key, value] of Object.entries(z.globalRegistry.get(inner) ?? {})) meta[key] ??= value;
    if (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault) {
      fallback ??= inner.def.defaultValue;
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) {
      optional = true;
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodNullable || inner instanceof z.ZodReadonly) {
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else break;
  }
  return {
    inner,
    description: typeof meta.description === 'string' ? meta.description : undefined,
    reload: meta.reload === 'live' || meta.reload === 'restart' ? meta.reload : undefined,
    form: typeof meta.form === 'string' ? meta.form : undefined,
    sample: meta.sample,
    flow: meta.flow === true,
    fallback,
    optional,
  };
}

/** The keys of a section, or undefined where the schema is not one. */
export function keysOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}

/** The keys that may stand below a value, be it a section, a list of them, or either. */
function keysBelow(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = peel(schema).inner;
  if (inner instanceof z.ZodArray) return keysBelow(inner.element);
  if (!(inner instanceof z.ZodUnion)) return keysOf(inner);
  for (const option of inner.options) {
    const keys = keysBelow(option);
    if (keys !== undefined) return keys;
  }
  return undefined;
}

/** A part of the settings that is replaced, or kept until a restart, as one. */
export interface ReloadUnit {
  readonly path: readonly string[];
  readonly reload: Reload;
}

/**
 * The outermost keys that declare `.meta({ reload })`. Every key is under one of them; a schema that forgets it is
 * our bug and throws.
 */
export function reloadUnits(
  keys: Readonly<Record<string, z.core.$ZodType>>,
  above: readonly string[] = [],
): ReloadUnit[] {
  return Object.entries(keys).flatMap(([key, schema]) => {
    const path = [...above, key];
    const { inner, reload } = peel(schema);
    if (reload !== undefined) return [{ path, reload }];
    const below = keysOf(inner);
    if (below === undefined) throw new Error(`${formatPath(path)} does not say when a change takes effect`);
    return reloadUnits(below, path);
  });
}

/** Every valid path of keys, sections included. */
export function keyPaths(
  keys: Readonly<Record<string, z.core.$ZodType>>,
  above: readonly string[] = [],
): KeyPath[] {
  return Object.entries(keys).flatMap(([key, schema]) => {
    const below = keysBelow(schema);
    return [[...above, key], ...(below === undefined ? [] : keyPaths(below, [...above, key]))];
  });
}
