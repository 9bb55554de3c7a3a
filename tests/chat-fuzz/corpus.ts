import { readdirSync, readFileSync } from 'node:fs';
import { type Element, elementsOf, parseElement } from '../../src/formats/stanza/index.ts';
import { parseXmppTranscript } from '../../src/testing/xmpp/index.ts';

export const clientNs = 'jabber:client';
const scope = {
  ns: clientNs,
  prefixes: new Map([
    ['stream', 'http://etherx.jabber.org/streams'],
    ['db', 'jabber:server:dialback'],
  ]),
};

/** What clients say in the transcripts, which name every name space that the server knows; `{names}` stand in it as they do there. */
export interface Corpus {
  readonly stanzas: readonly Element[];
  /** Elements of streams that are no stanzas. */
  readonly others: readonly Element[];
  /** Every element below those, to be put where it does not belong. */
  readonly parts: readonly Element[];
  /** What was said one after the other, transcript by transcript. */
  readonly scenes: readonly (readonly Line[])[];
}

export interface Line {
  readonly actor: string;
  readonly stanza: Element;
}

const kinds: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

export function readCorpus(): Corpus {
  const folder = new URL('../../src/chat/transcripts/', import.meta.url);
  const stanzas: Element[] = [];
  const others: Element[] = [];
  const scenes: Line[][] = [];
  const parts = new Map<string, Element>();
  for (const file of readdirSync(folder).sort()) {
    const { steps } = parseXmppTranscript(readFileSync(new URL(file, folder), 'utf8'), file);
    const scene: Line[] = [];
    for (const step of steps) {
      if (step.kind !== 'send') continue;
      for (const { text } of step.pieces) {
        const of = parseElement(text, scope);
        if (kinds.has(of.name) && of.ns === clientNs) {
          stanzas.push(of);
          scene.push({ actor: step.actor, stanza: of });
        } else others.push(of);
        gather(of, parts);
      }
    }
    if (scene.length > 1) scenes.push(scene);
  }
  return { stanzas, others, parts: [...parts.values()], scenes };
}

/** One of each shape. */
function gather(of: Element, parts: Map<string, Element>): void {
  for (const child of elementsOf(of)) {
    parts.set(`${child.ns} ${child.name} ${Object.keys(child.attributes).sort().join()}`, child);
    gather(child, parts);
  }
}
