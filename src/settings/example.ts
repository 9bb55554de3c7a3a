import { stringify } from 'yaml';
import { z } from 'zod';
import type { Definition, Slices } from './define.ts';
import { type Described, keysOf, peel } from './peel.ts';
import { show } from './problems.ts';

const columnsMax = 100;

const heading = `The configuration of myco. Every value written here is the default, so what is left out stays as it is.
Sizes are written 50MiB, durations 30s, 5m, 10d. [live]: a change takes effect on SIGHUP; [restart]: at the next start.
This file is generated from the schema: myco config example`;

/**
 * The complete configuration as commented YAML: every key with its description, default and allowed values. Loads
 * back to exactly the defaults; keys without a default are there, commented out.
 */
export function exampleYaml<S extends Slices>(definition: Definition<S>): string {
  const lines = heading.split('\n').map((line) => `# ${line}`);
  // Defaults are read as they would be written, so the folders never show.
  for (const [key, schema] of Object.entries(definition.slices({ working: '/', config: '/' }))) {
    lines.push('', ...writeKey(key, schema, undefined, { indent: '', off: false, top: true }));
  }
  return `${lines.join('\n')}\n`;
}

interface Place {
  readonly indent: string;
  /** Commented out. */
  readonly off: boolean;
  readonly top: boolean;
}

function writeKey(key: string, schema: z.core.$ZodType, inherited: unknown, place: Place): string[] {
  const about = peel(schema);
  const fallback = inherited ?? about.fallback;
  const keys = keysOf(about.inner);
  const off = place.off || (fallback === undefined && about.optional);
  const mark = off ? '# ' : '';
  const lines = comment(about, place);
  if (keys === undefined || about.flow) {
    const value = fallback === undefined ? about.sample : fallback;
    return [...lines, `${place.indent}${mark}${key}: ${inline(value, about.flow)}`];
  }
  lines.push(...entryComment(schema, place.indent));
  lines.push(`${place.indent}${mark}${key}:`);
  const below: Place = { indent: off ? place.indent : `${place.indent}  `, off, top: false };
  for (const [name, inner] of Object.entries(keys)) {
    const part = writeKey(name, inner, memberOf(fallback, name), below);
    // In a section that is commented out, the indentation stands behind the mark.
    lines.push(...(off ? part.map((line) => line.replace('# ', '#   ')) : part));
  }
  return lines;
}

function comment(about: Described, { indent, off }: Place): string[] {
  const values = allowed(about);
  const notes = [about.description, values && `Value: ${values}.`, about.reload && `[${about.reload}]`];
  // What is commented out moves to the right below its section.
  return wrap(notes.filter((note) => note).join(' '), indent, columnsMax - (off ? 2 : 0));
}

function allowed(about: Described): string | undefined {
  if (about.inner instanceof z.ZodEnum) return about.inner.options.join(', ');
  return about.form;
}

/** What each entry of a section of like entries takes (a door of listeners), once for all. */
function entryComment(schema: z.core.$ZodType, indent: string): string[] {
  const entry = z.globalRegistry.get(schema)?.entry;
  const keys = entry instanceof z.ZodType ? keysOf(peel(entry).inner) : undefined;
  if (keys === undefined) return [];
  const lines = wrap('Each takes:', indent);
  for (const [name, inner] of Object.entries(keys)) {
    const about = peel(inner);
    const values = allowed(about);
    lines.push(...wrap(`  ${name}: ${about.description ?? ''}${values ? ` Value: ${values}.` : ''}`, indent));
  }
  return lines;
}

function wrap(text: string, indent: string, widthMax = columnsMax): string[] {
  const lines: string[] = [];
  const lead = /^ */.exec(text)?.[0] ?? '';
  let line = '';
  for (const word of text.trim().split(' ')) {
    if (line !== '' && indent.length + lead.length + line.length + word.length + 3 > widthMax) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((part) => `${indent}# ${lead}${part}`);
}

function inline(value: unknown, braces: boolean): string {
  if (value === undefined || (braces && value === null)) return '';
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: braces }).trimEnd();
}

function memberOf(section: unknown, key: string): unknown {
  if (section === null || typeof section !== 'object') return undefined;
  return Object.hasOwn(section, key) ? (section as Record<string, unknown>)[key] : undefined;
}

/** JSON Schema (draft 2020-12) of the configuration as it is written, for editors. */
export function jsonSchema<S extends Slices>(definition: Definition<S>): Record<string, unknown> {
  const root = z.strictObject({ ...definition.slices({ working: '/', config: '/' }) });
  return z.toJSONSchema(root, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => {
      for (const [key, value] of Object.entries(node)) {
        // Our own annotations are for the example; `form` and `reload` help a reader of the schema too.
        if (key === 'sample' || key === 'flow' || key === 'entry') delete node[key];
        else if (key === 'form') node.$comment = show(value, '');
      }
      delete node.form;
      if (typeof node.reload === 'string') {
        node['x-reload'] = node.reload;
        delete node.reload;
      }
    },
  });
}
