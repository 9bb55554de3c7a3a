import { FormatError } from '../../base/index.ts';
import { jidText, parseJid } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import type { ArchivePreferences } from '../../stores/conversations/index.ts';
import { mamNs } from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { inTurn } from '../roster/index.ts';
import type { IqRequest, Specification } from '../specification.ts';

const nothingSaid: ArchivePreferences = { standard: 'always', always: [], never: [] };

function shown({ standard, always, never }: ArchivePreferences): Element {
  const list = (name: string, jids: readonly string[]) =>
    element(name, mamNs, {}, ...jids.map((jid) => element('jid', mamNs, {}, jid)));
  return element('prefs', mamNs, { default: standard }, list('always', always), list('never', never));
}

function jidsIn(prefs: Element, name: string): readonly string[] {
  const list = childOf(prefs, name);
  if (list === undefined) return [];
  try {
    return [...new Set(childrenOf(list, 'jid').map((jid) => jidText(parseJid(textOf(jid).trim()))))];
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StanzaError('jid-malformed', { text: error.message });
  }
}

function preferencesIn(prefs: Element): ArchivePreferences {
  const { default: standard } = prefs.attributes;
  if (standard !== 'always' && standard !== 'never' && standard !== 'roster')
    throw new StanzaError('bad-request', { text: "the default is 'always', 'never' or 'roster'" });
  return { standard, always: jidsIn(prefs, 'always'), never: jidsIn(prefs, 'never') };
}

async function run({ home, stanza, payload }: IqRequest): Promise<Element> {
  if (home === null) throw new StanzaError('service-unavailable');
  if (stanza.type === 'set') {
    const preferences = preferencesIn(payload);
    await inTurn(home, async () => {
      const state = await home.state();
      await home.chat.store.roster.setPreferences(home.account, preferences);
      state.preferences = preferences;
    });
  }
  return shown((await home.state()).preferences ?? nothingSaid);
}

/** Message Archive Management Preferences: whose messages a member wants to be archived. */
export const archivePreferences: Specification = {
  xep: '0441',
  name: 'Message Archive Management Preferences',
  version: '0.2.0',
  iq: [{ name: 'prefs', ns: mamNs, type: 'both', at: 'account', who: 'owner', run }],
};
