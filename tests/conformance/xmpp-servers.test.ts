import { xmppTranscripts } from '../../src/testing/xmpp/index.ts';
import { withTools } from '../harness/index.ts';
import { prosodyPrograms, startProsody } from '../harness/prosody.ts';

// What other servers answer is the yardstick of transcripts: one that fails on them is looked at twice.
withTools('transcripts on Prosody', prosodyPrograms, () => {
  xmppTranscripts(new URL('./xmpp/', import.meta.url), { open: () => startProsody() });
});
