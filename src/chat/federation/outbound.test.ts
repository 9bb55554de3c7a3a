import { describe, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { parseElement } from '../../formats/stanza/index.ts';
import { clientNs } from '../namespaces.ts';
import { addressed, stanzaText } from '../stanza.ts';
import { isLasting, stanzaOf } from './outbound.ts';

const stanza = (xml: string) =>
  addressed(
    parseElement(xml, { ns: clientNs, prefixes: new Map() }),
    parseJid('ana@a.test/x'),
    parseJid('bea@b.test'),
  );

describe('what waits for a server that is away', () => {
  test.each([
    ['<message type="chat"><body>hi</body></message>', true],
    ['<message><body>hi</body><active xmlns="http://jabber.org/protocol/chatstates"/></message>', true],
    ['<message type="groupchat"><body>hi</body></message>', true],
    ['<message><encrypted xmlns="eu.siacs.conversations.axolotl"/></message>', true],
    ['<message><received xmlns="urn:xmpp:receipts" id="1"/></message>', true],
    ['<message type="chat"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>', false],
    ['<message><body>hi</body><no-store xmlns="urn:xmpp:hints"/></message>', false],
    ['<message type="headline"><body>hi</body></message>', false],
    ['<message type="error"><body>hi</body></message>', false],
    ['<message/>', false],
    ['<presence/>', false],
    ['<iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>', false],
  ])('%s: %s', (xml, lasting) => {
    expect(isLasting(stanza(xml))).toBe(lasting);
  });

  test('is read again as it was', () => {
    const said = stanza('<message type="chat" id="1"><body>a &amp; b</body><x xmlns="y"><z/></x></message>');
    const read = stanzaOf({ text: stanzaText(said.element), seq: 1, stanza: null });
    expect(read).toMatchObject({ kind: 'message', type: 'chat', from: said.from, to: said.to });
    expect(stanzaText(read.element)).toBe(stanzaText(said.element));
  });
});
