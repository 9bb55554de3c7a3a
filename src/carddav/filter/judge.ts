import type { CardFacts, Fact } from '../../formats/vcard/index.ts';
import { paramHolds } from '../../webdav/index.ts';
import type { CardFilter, PropFilter } from './types.ts';

/** Null: the facts do not say; the card itself does. */
export type Verdict = boolean | null;

/** RFC 6352 §10.5. A filter without conditions holds of every card. */
export function judge({ all, props }: CardFilter, { facts }: CardFacts): Verdict {
  if (props.length === 0) return true;
  return combined(
    all,
    props.map((each) => judgeProperty(each, facts)),
  );
}

/** §10.5.1: of a property that is there several times one must be as asked. */
function judgeProperty(filter: PropFilter, facts: readonly Fact[]): Verdict {
  const found = facts.filter(
    ({ name, group }) => name === filter.name && (filter.group === null || group === filter.group),
  );
  if (filter.absent) return found.length === 0;
  if (filter.texts.length === 0 && filter.params.length === 0) return found.length > 0;
  return combined(
    false,
    found.map((fact) => judgeFact(filter, fact)),
  );
}

function judgeFact({ all, texts, params }: PropFilter, { text, parameters }: Fact): Verdict {
  // Of what is too long for a digest nothing but its name is sure.
  if (text === null) return null;
  const verdicts = [
    ...texts.map((matches) => matches(text)),
    ...params.map((param) => paramHolds(param, valuesOf(parameters, param.name))),
  ];
  return combined(all, verdicts);
}

const valuesOf = (parameters: Fact['parameters'], name: string): readonly string[] =>
  parameters.find(([own]) => own === name)?.[1] ?? [];

function combined(all: boolean, verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(!all)) return !all;
  return verdicts.includes(null) ? null : all;
}
