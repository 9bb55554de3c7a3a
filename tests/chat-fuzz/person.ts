import { type Element, element, writeElement } from '../../src/formats/stanza/index.ts';
import { chatPassword, type TestChat, XmppActor, type XmppActorOptions } from '../../src/testing/index.ts';
import type { Dice } from '../differential/random.ts';
import { clientNs } from './corpus.ts';
import { between, type Grammar, type Names } from './grammar.ts';
import { type Judge, markNs, type Party } from './judge.ts';

const serverNs = 'jabber:server';

export interface PersonParts {
  readonly dice: Dice;
  readonly grammar: Grammar;
  readonly judge: Judge;
  readonly chat: TestChat;
  readonly names: () => Names;
  readonly learn: (text: string) => void;
}

/** Somebody with a stream who says odd things, answers what is asked, and shows the judge what comes. */
export abstract class Person implements Party {
  abstract readonly account: string;
  jid = '';
  isThere = false;
  readonly name: string;
  protected readonly parts: PersonParts;
  protected actor: XmppActor;
  readonly #options: XmppActorOptions;
  #count = 0;

  constructor(name: string, options: XmppActorOptions, parts: PersonParts) {
    this.name = name;
    this.parts = parts;
    this.#options = options;
    this.actor = new XmppActor(options);
  }

  abstract arrive(): Promise<void>;
  protected abstract barrier(): Promise<void>;
  protected abstract written(of: Element): string;

  protected renew(): void {
    this.actor = new XmppActor(this.#options);
  }

  /** A stanza of the grammar, marked. */
  async say(stanza: Element = this.parts.grammar.stanza(this.parts.names())): Promise<void> {
    const { judge } = this.parts;
    const mark = `fz-${this.name}-${++this.#count}`;
    const said = this.dressed(stanza, mark);
    const text = this.written(said);
    judge.says(mark, this, said, text);
    await this.send(text);
  }

  protected dressed(of: Element, mark: string): Element {
    const attributes = { ...of.attributes, id: mark };
    if (of.name === 'iq') return { ...of, attributes };
    return { ...of, attributes, children: [...of.children, element('mark', markNs, { m: mark })] };
  }

  protected async send(text: string): Promise<void> {
    await this.actor.send(text).catch(() => undefined);
  }

  /** Its stream goes on; else it is not there any more. */
  async settle(): Promise<void> {
    if (!this.isThere) return;
    try {
      await this.barrier();
      await this.drain();
    } catch (error) {
      await this.drain();
      // Whoever said what ends a stream comes again.
      if (!(await this.#hasEnded()))
        this.parts.judge.fault(`${this.jid} is not answered any more`, String(error));
      this.leave();
    }
  }

  #hasEnded(): Promise<boolean> {
    return this.actor.ended(1_000).then(
      () => true,
      () => false,
    );
  }

  leave(): void {
    this.isThere = false;
    this.parts.judge.lost(this);
    this.actor.cut();
  }

  /** Everything that came is judged; requests are answered. */
  async drain(): Promise<void> {
    while (this.actor.unread.length > 0) {
      const [first] = this.actor.unread;
      if (first === undefined) return;
      await this.actor.receive();
      this.parts.judge.hears(this, first.element, first.text);
      this.parts.learn(first.text);
      await this.#answer(first.element);
    }
  }

  async #answer({ name, ns, attributes: { type, id, from, to } }: Element): Promise<void> {
    if (name !== 'iq' || (ns !== clientNs && ns !== serverNs) || (type !== 'get' && type !== 'set')) return;
    const { dice, grammar, names } = this.parts;
    const isError = dice.chance(30);
    const error = element(
      'error',
      clientNs,
      { type: 'cancel' },
      element('item-not-found', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
    );
    const payload = isError ? error : dice.chance(50) ? grammar.part(names()) : null;
    const attributes = {
      type: isError ? 'error' : 'result',
      id,
      to: from,
      from: ns === serverNs ? to : undefined,
    };
    await this.send(this.written(element('iq', clientNs, attributes, payload)));
  }
}

/** A member's client. */
export class Member extends Person {
  readonly account: string;

  constructor(name: string, local: string, options: XmppActorOptions, parts: PersonParts) {
    super(name, options, parts);
    this.account = `${local}@${parts.chat.domain}`;
  }

  get #login() {
    const [username = ''] = this.account.split('@');
    return { username, password: chatPassword, mechanism: 'PLAIN' } as const;
  }

  async arrive(): Promise<void> {
    const { dice } = this.parts;
    this.renew();
    try {
      this.jid = await this.actor.login(this.#login);
    } catch {
      // It has changed its password, or deleted its account.
      await this.#restore();
      this.renew();
      this.jid = await this.actor.login(this.#login);
    }
    this.isThere = true;
    if (dice.chance(50)) await this.actor.enableAcks();
    if (dice.chance(50)) await this.actor.enableCarbons();
    await this.actor.ask('get', "<query xmlns='jabber:iq:roster'/>").catch(() => undefined);
    if (dice.chance(80))
      await this.actor.send(`<presence><priority>${dice.below(3) - 1}</priority></presence>`);
  }

  async #restore(): Promise<void> {
    const { chat } = this.parts;
    const member = await chat.accounts.byAddress(this.account);
    if (member === null) await chat.addMember(this.#login.username);
    else await chat.admin.setPassword(member.id, chatPassword);
  }

  protected written(of: Element): string {
    return writeElement(of, clientNs);
  }

  protected barrier(): Promise<void> {
    return this.actor.barrier();
  }

  /** What is no stanza. */
  async sayOther(): Promise<void> {
    const { grammar, names } = this.parts;
    await this.send(writeElement(grammar.other(names()), clientNs));
  }

  /** The connection breaks, and the session goes on in another where it may. */
  async breakOff(): Promise<void> {
    if (!this.isThere) return;
    if (this.actor.acks.id === null || this.parts.dice.chance(20)) {
      await this.drain();
      this.leave();
      return;
    }
    this.actor.cut();
    try {
      await this.actor.resume(this.#login);
    } catch {
      await this.drain();
      this.leave();
    }
  }

  async goodbye(): Promise<void> {
    if (this.isThere) await this.actor.disconnect().catch(() => undefined);
    await this.drain();
    this.leave();
  }
}

/** Another server, which speaks for all of its people. */
export class Peer extends Person {
  readonly account: string;
  #pings = 0;

  constructor(domain: string, options: XmppActorOptions, parts: PersonParts) {
    super('peer', options, parts);
    this.account = domain;
    this.jid = domain;
  }

  async arrive(): Promise<void> {
    this.renew();
    const { actor } = this;
    await actor.connect();
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    await actor.startTls();
    await actor.receive(({ name }) => name === 'features');
    await actor.sendRaw("<bidi xmlns='urn:xmpp:bidi'/>");
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.receive(({ name }) => name === 'success');
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    this.isThere = true;
  }

  protected written(of: Element): string {
    const from = of.attributes.from ?? `${this.parts.dice.pick(['ana', 'ben'])}@${this.account}/there`;
    return writeElement(between({ ...of, attributes: { ...of.attributes, from } }), serverNs);
  }

  protected override dressed(of: Element, mark: string): Element {
    const { to = this.parts.dice.pick(this.parts.names().addresses) } = of.attributes;
    return super.dressed({ ...of, attributes: { ...of.attributes, to } }, mark);
  }

  protected async barrier(): Promise<void> {
    const id = `ping-${++this.#pings}`;
    const { domain } = this.parts.chat;
    await this.actor.sendRaw(
      `<iq type='get' id='${id}' from='${this.account}' to='${domain}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await this.actor.find(({ attributes, name }) => name === 'iq' && attributes.id === id);
  }
}
