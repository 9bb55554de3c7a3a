import { xmppTranscripts } from '../../src/testing/xmpp/index.ts';
import { ejabberdPrograms, startEjabberd } from '../harness/ejabberd.ts';
import { withTools } from '../harness/index.ts';
import { prosodyPrograms, startProsody } from '../harness/prosody.ts';

// What other servers answer is the yardstick of transcripts: one that fails on them is looked at twice.
const folder = new URL('./xmpp/', import.meta.url);
withTools('transcripts on Prosody', prosodyPrograms, () => {
  xmppTranscripts(folder, { open: () => startProsody() });
});
withTools('transcripts on ejabberd', ejabberdPrograms, () => {
  xmppTranscripts(folder, { open: () => startEjabberd() });
});
