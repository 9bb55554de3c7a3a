import { bareText } from '../../formats/jid/index.ts';
import { childOf } from '../../formats/stanza/index.ts';
import { messageOf, retractNs, tombstoneOf } from '../archive/index.ts';
import type { Flow } from '../routing/flow.ts';
import type { Home } from '../routing/home.ts';
import type { Specification } from '../specification.ts';
import { type Stanza, stanzaText } from '../stanza.ts';

/** XEP-0424 §5: only who has sent it takes it back; in one's own archive, of the conversation in which it stands. */
async function redact(home: Home, direction: 'in' | 'out', stanza: Stanza, id: string): Promise<void> {
  const { archive } = home.chat.store;
  const key = { kind: 'account', owner: home.account } as const;
  const peer = bareText(direction === 'in' ? stanza.from : stanza.to);
  for (const row of await archive.findSent(key, id)) {
    if (row.direction !== direction || row.peer !== peer || row.redacted || row.type === 'groupchat')
      continue;
    const atMs = home.chat.clock.nowMs();
    const tombstone = tombstoneOf(messageOf(row.stanza), { id: stanza.element.attributes.id, atMs });
    await archive.redact(key, row.id, stanzaText(tombstone));
    return;
  }
}

/** After it is kept itself: those who were away hear of it from the archive. */
function retract(home: Home, direction: 'in' | 'out', stanza: Stanza, flow: Flow): void {
  const id = childOf(stanza.element, 'retract', retractNs)?.attributes.id;
  if (id === undefined || (stanza.type !== 'chat' && stanza.type !== 'normal' && stanza.type !== '')) return;
  const { chat } = home;
  flow.after(() =>
    chat.commits.behind(
      redact(home, direction, stanza, id).catch((error: unknown) =>
        chat.log.error('a message was not taken back', { error }),
      ),
    ),
  );
}

/** Message Retraction: what was taken back leaves a tombstone in the archives of both. */
export const retraction: Specification = {
  xep: '0424',
  name: 'Message Retraction',
  version: '0.4.2',
  features: { server: [retractNs], account: [retractNs, `${retractNs}#tombstone`] },
  message: [
    {
      phase: 'send',
      run({ session, stanza, flow }) {
        retract(session.home, 'out', stanza, flow);
        return undefined;
      },
    },
    {
      phase: 'select',
      run({ home, stanza, flow }) {
        if (bareText(stanza.from) !== home.text) retract(home, 'in', stanza, flow);
      },
    },
  ],
};
