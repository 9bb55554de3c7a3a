import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';
import { fetchParsers, planItems, uidItem } from '../fetch/items.ts';
import type { ItemPlan } from '../fetch/plan.ts';
import { contextsOf } from '../search/contexts.ts';
import type { SearchReturnFeature } from '../search/returns.ts';
import { wireLimits } from '../wire/index.ts';

/** The client will ask for this search again in parts; every search is fast enough without the hint (RFC 5267 §4.2). */
const context: SearchReturnFeature = { name: 'CONTEXT' };

/** The client is told what comes into the result and what leaves it, and may ask for items of what is new (RFC 5465 §7). */
const update: SearchReturnFeature = {
  name: 'UPDATE',
  parse(decoder, session) {
    if (!decoder.lookingAt(' (')) return [];
    decoder.sp();
    return planItems(session, decoder.fetchItems(fetchParsers(session)), session.uidOnly ? [] : [uidItem]);
  },
  before(session, { tag }) {
    // RFC 5267 §4.3: whose updates those would be could not be told.
    if (contextsOf(session).has(tag)) throw new Refusal('another search has this tag', null, 'BAD');
    // NOUPDATE could not name it: a bracket would end the response code (RFC 9051 §9 resp-text-code).
    if (tag.includes(']'))
      throw new Refusal("a search with ']' in its tag is not kept up to date", null, 'BAD');
  },
  answered(session, call, answering, plans) {
    const why = contextsOf(session).keep(call, answering, plans as readonly ItemPlan[]);
    if (why !== null) session.out.untagged('NO', { code: 'NOUPDATE', tag: call.tag }, why);
  },
};

/** CANCELUPDATE "tag" …: nothing more is told of these searches. */
const cancelUpdate: Command<readonly string[]> = {
  name: 'CANCELUPDATE',
  rfc: 'RFC 5267 §4.3.5',
  states: inMailbox,
  privilege: 'mail:read',
  parse(decoder) {
    const tags: string[] = [];
    do {
      decoder.sp();
      if (tags.length >= wireLimits.optionsMax) decoder.fault(`more than ${wireLimits.optionsMax} tags`);
      tags.push(decoder.quoted());
    } while (decoder.peek() === ' ');
    return tags;
  },
  async run(session, tags) {
    const unknown = tags.filter((tag) => !contextsOf(session).cancel(tag));
    if (unknown.length > 0) throw new Refusal('nothing is told of some of these searches');
    return ok('nothing more is told');
  },
};

/** CONTEXT=SEARCH and CONTEXT=SORT; PARTIAL is that of RFC 9394, ESORT is part of extensions/5256-sort.ts. */
export const contextExtension: Extension = {
  rfc: 5267,
  name: 'CONTEXT',
  capabilities: ({ member }) => (member === null ? [] : ['ESORT', 'CONTEXT=SEARCH', 'CONTEXT=SORT']),
  commands: [cancelUpdate],
  searchReturns: [context, update],
};
