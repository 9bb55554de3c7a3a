import { Recent } from '../../base/index.ts';
import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element } from '../../formats/stanza/index.ts';
import { discoInfoNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import type { Chat } from '../services.ts';
import type { CapsShown } from './caps.ts';
import {
  capsAnswerMsMax,
  capsAskedMax,
  capsAskedPerAccountMax,
  capsCharactersMax,
  capsKnownMax,
} from './limits.ts';
import { verificationOf } from './verification.ts';

export type Features = ReadonlySet<string>;

const none: Features = new Set();

interface Asked {
  /** The full address that was asked. */
  readonly of: string;
  readonly features: Promise<Features | null>;
}

class Capabilities {
  readonly #chat: Chat;
  /** By hash, verified. */
  readonly #known = new Recent<string, Features>(capsKnownMax);
  /** By address and hash: answers that have another hash than was shown. */
  readonly #claimed = new Recent<string, Features>(capsKnownMax);
  readonly #asked = new Map<string, Asked>();
  /** Questions under way, by bare address. */
  readonly #ofAccounts = new Map<string, number>();

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** What is known already; undefined where somebody would have to be asked. */
  known(who: Jid, shown: CapsShown | null): Features | undefined {
    if (shown === null) return none;
    return this.#known.get(keyOf(shown)) ?? this.#claimed.get(`${jidText(who)} ${keyOf(shown)}`);
  }

  /**
   * What the client at that full address can do, by the presence in which it showed `shown`. Where it has to be asked, `from`
   * asks: an account that may. Who does not answer can nothing. Never rejects.
   */
  of(from: Jid, who: Jid, shown: CapsShown | null): Features | Promise<Features> {
    const known = this.known(who, shown);
    return known ?? (shown === null ? none : this.#find(from, who, shown));
  }

  async #find(from: Jid, who: Jid, shown: CapsShown): Promise<Features> {
    const asked = this.#asked.get(keyOf(shown));
    if (asked !== undefined) {
      const features = await asked.features;
      if (asked.of === jidText(who)) return features ?? none;
      // What another one answered counts where the hash vouches for it; else this one is asked itself.
      return this.of(from, who, shown);
    }
    const account = bareText(who);
    const count = this.#ofAccounts.get(account) ?? 0;
    // Whoever shows ever new hashes and never answers takes no room from others.
    if (this.#asked.size >= capsAskedMax || count >= capsAskedPerAccountMax) return none;
    this.#ofAccounts.set(account, count + 1);
    const features = this.#ask(from, who, shown).finally(() => this.#forget(account, shown));
    this.#asked.set(keyOf(shown), { of: jidText(who), features });
    return (await features) ?? none;
  }

  #forget(account: string, shown: CapsShown): void {
    this.#asked.delete(keyOf(shown));
    const left = (this.#ofAccounts.get(account) ?? 1) - 1;
    if (left === 0) this.#ofAccounts.delete(account);
    else this.#ofAccounts.set(account, left);
  }

  async #ask(from: Jid, who: Jid, shown: CapsShown): Promise<Features | null> {
    const query = element('query', discoInfoNs, { node: `${shown.node}#${shown.ver}` });
    try {
      const answer = await this.#chat.router.questions.ask(from, who, 'get', query, capsAnswerMsMax);
      const info = childOf(answer.element, 'query', discoInfoNs);
      if (answer.type !== 'result' || info === undefined) return null;
      const features = featuresOf(info);
      // XEP-0115 §5.4: nobody else is served what the hash does not vouch for.
      if (verificationOf(info, shown.hash) === shown.ver) this.#known.set(keyOf(shown), features);
      else this.#claimed.set(`${jidText(who)} ${keyOf(shown)}`, features);
      return features;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      return null;
    }
  }
}

// The hash says it all: which software it is, counts for nothing.
const keyOf = ({ hash, ver }: CapsShown): string => `${hash} ${ver}`;

function featuresOf(info: Element): Features {
  const names = new Set(childrenOf(info, 'feature').map(({ attributes }) => attributes.var ?? ''));
  let characters = 0;
  for (const name of names) characters += name.length;
  return characters > capsCharactersMax ? none : names;
}

const all = new WeakMap<Chat, Capabilities>();

/** What is known of clients, on this server. */
export function capabilitiesOf(chat: Chat): Capabilities {
  const known = all.get(chat) ?? new Capabilities(chat);
  all.set(chat, known);
  return known;
}
