import { randomToken } from '../../base/index.ts';
import { type Jid, jidText } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { addressed, type Stanza } from '../stanza.ts';

interface Asked {
  readonly of: string;
  readonly answer: (stanza: Stanza) => void;
}

const idBits = 80;

/** What the server, or an account without a session of its own, asks others, and their answers. */
export class Questions {
  readonly #send: (stanza: Stanza) => Promise<void>;
  readonly #asked = new Map<string, Asked>();

  constructor(send: (stanza: Stanza) => Promise<void>) {
    this.#send = send;
  }

  /**
   * Sends an iq and resolves with what it is answered: type `result` or `error`. Rejects with StanzaError
   * `remote-server-timeout` after `msMax`. `from` has no resource.
   */
  async ask(from: Jid, to: Jid, type: 'get' | 'set', payload: Element, msMax: number): Promise<Stanza> {
    const id = randomToken(idBits);
    const question = addressed(element('iq', clientNs, { type, id }, payload), from, to);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(new StanzaError('remote-server-timeout'));
      }, msMax);
      timer.unref();
      const answer = (stanza: Stanza) => {
        clearTimeout(timer);
        resolve(stanza);
      };
      this.#asked.set(id, { of: jidText(to), answer });
      void this.#send(question);
    });
  }

  /** Nobody else than who was asked can answer. */
  answered(stanza: Stanza): void {
    const { id = '' } = stanza.element.attributes;
    const asked = this.#asked.get(id);
    if (asked === undefined || asked.of !== jidText(stanza.from)) return;
    this.#asked.delete(id);
    asked.answer(stanza);
  }
}
