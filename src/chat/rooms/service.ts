import { Recent } from '../../base/index.ts';
import { bareText, jidText } from '../../formats/jid/index.ts';
import { childOf } from '../../formats/stanza/index.ts';
import { nickKeyOf, type RoomConfig } from '../../stores/conversations/index.ts';
import { discoInfoNs, discoItemsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { pingNs } from '../namespaces.ts';
import type { Flow } from '../routing/flow.ts';
import type { Service } from '../routing/router.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import { payloadOf, type Stanza } from '../stanza.ts';
import { answerRoom, answerService } from './answer.ts';
import { follow } from './bound.ts';
import { firstConfig } from './config.ts';
import { enter, enterAgain } from './enter.ts';
import { changeNick, leave, update } from './leave.ts';
import { defaultRoomLimits, type RoomLimits } from './limits.ts';
import { mediate } from './mediate.ts';
import { mucNs } from './names.ts';
import type { Seat } from './occupants.ts';
import { probed } from './presences.ts';
import { Questions, whisper, whisperFailed } from './private.ts';
import { Room } from './room.ts';
import { recall, talk } from './talk.ts';

/** Errors that say that nobody hears any more; others are about one stanza (XEP-0045 §18.1.2). */
const deaf: ReadonlySet<string> = new Set([
  ...['gone', 'item-not-found', 'jid-malformed', 'recipient-unavailable', 'redirect'],
  ...['remote-server-not-found', 'remote-server-timeout', 'service-unavailable', 'internal-server-error'],
]);

/** The rooms of a server: those that somebody is in, and some that were asked for lately. */
export class Rooms implements Service {
  readonly host: string;
  readonly name = 'Rooms';
  readonly limits: RoomLimits;
  readonly #chat: () => Chat;
  readonly #lively = new Map<string, Room>();
  readonly #idle: Recent<string, Room>;
  readonly #finding = new Map<string, Promise<Room | null>>();
  /** By name: rooms that go just now, because nobody is in them any more. Never reject. */
  readonly #ending = new Map<string, Promise<void>>();
  /** By full address of ours: the rooms that it is in. */
  readonly #places = new Map<string, Set<Room>>();
  readonly #questions: Questions;
  readonly #ghosts = new Set<Seat>();
  #clearing: Promise<void> | null = null;
  /** Changes of the directory that were heard of. */
  #directory = 0;
  #following: Promise<void> | null = null;

  constructor(chat: () => Chat, host: string, limits: Partial<RoomLimits> = {}) {
    this.#chat = chat;
    this.host = host;
    this.limits = { ...defaultRoomLimits, ...limits };
    this.#idle = new Recent(this.limits.idleRoomsMax);
    this.#questions = new Questions(this.limits.questionsMax);
  }

  get chat(): Chat {
    return this.#chat();
  }

  /** Throws StanzaError. */
  receive(stanza: Stanza, flow: Flow): Promise<void> | void {
    // A room of thousands tells each of them who comes, and who comes of each.
    const turn = stanza.kind === 'presence' ? this.chat.turns.next() : undefined;
    return turn === undefined ? this.#taken(stanza, flow) : turn.then(() => this.#taken(stanza, flow));
  }

  #taken(stanza: Stanza, flow: Flow): Promise<void> | void {
    const { to } = stanza;
    if (to.local === '') return this.#atService(stanza);
    const room = this.#known(to.local);
    if (room !== undefined && !this.#isBehind(room)) return this.#inRoom(room, stanza, flow);
    return this.#whenFound(stanza, flow);
  }

  #known(local: string): Room | undefined {
    return this.#lively.get(local) ?? this.#idle.get(local);
  }

  async #whenFound(stanza: Stanza, flow: Flow): Promise<void> {
    const room = await this.find(stanza.to.local);
    if (room !== null) return this.#inRoom(room, stanza, flow);
    if (stanza.kind === 'presence') return this.#nowhere(stanza);
    if (stanza.type !== 'error' && stanza.type !== 'result') throw new StanzaError('item-not-found');
  }

  /** The room of that name; null where there is none. Throws StanzaError `gone` for one that was destroyed. */
  async find(local: string): Promise<Room | null> {
    await this.#ended(local);
    const known = this.#known(local) ?? (await this.#found(local));
    if (known !== null && this.#isBehind(known)) await this.#follow(known);
    return known;
  }

  /** Whoever comes to a room that goes just now comes to none, or to the next one of that name. */
  async #ended(local: string): Promise<void> {
    for (let ending = this.#ending.get(local); ending !== undefined; ending = this.#ending.get(local))
      await ending;
  }

  /** Those that were left before are no more. */
  async allEnded(): Promise<void> {
    await Promise.all(this.#ending.values());
  }

  #found(local: string): Promise<Room | null> {
    let finding = this.#finding.get(local);
    if (finding === undefined) {
      finding = this.#load(local).finally(() => this.#finding.delete(local));
      this.#finding.set(local, finding);
    }
    return finding;
  }

  /** The group that it follows may be another one by now. */
  #isBehind({ row, followed }: Room): boolean {
    return row.binding !== null && followed !== this.#directory;
  }

  async #follow(room: Room): Promise<void> {
    const at = this.#directory;
    await follow(room);
    room.followed = Math.max(room.followed, at);
  }

  /** Somebody has joined or left a group: rooms that follow it do so now where somebody is there, else when they are asked for. */
  directoryChanged(): void {
    this.#directory++;
    this.#following ??= this.#followAll().finally(() => {
      this.#following = null;
    });
    this.chat.commits.behind(this.#following);
  }

  async #followAll(): Promise<void> {
    for (let behind = true; behind; ) {
      behind = false;
      for (const room of [...this.#lively.values()]) {
        if (!this.#isBehind(room)) continue;
        behind = await this.#follow(room).then(
          () => true,
          (error: unknown) => {
            this.chat.log.error('a room does not follow its group', { error });
            return false;
          },
        );
      }
    }
  }

  /** An account is no more: it stands to no room, nor does who has one of its addresses later. */
  async departed(account: number, jids: ReadonlySet<string>): Promise<void> {
    const { rooms } = this.chat.store;
    await rooms.erase(account);
    for (const jid of jids) await rooms.forget(jid);
    // What is being read may be what was.
    await Promise.allSettled(this.#finding.values());
    for (const room of [...this.#lively.values(), ...this.#idle.values()])
      await room.inTurn(async () => {
        for (const { jid, account: whose } of [...room.members.values()])
          if (whose === account || jids.has(jid)) room.setMember(jid, null);
      });
  }

  /** Rooms that do not stay and that a process left behind: nobody is in them. Before the first one is looked at. */
  #cleared(): Promise<void> {
    this.#clearing ??= this.#clear().catch((error: unknown) => {
      this.#clearing = null;
      throw error;
    });
    return this.#clearing;
  }

  async #clear(): Promise<void> {
    const { rooms, archive } = this.chat.store;
    for (const owner of await rooms.dropTemporary()) await archive.erase({ kind: 'room', owner });
  }

  async #load(local: string): Promise<Room | null> {
    await this.#cleared();
    const state = await this.chat.store.rooms.load({ service: this.host, local });
    if (state === null) return null;
    // XEP-0045 §10.9
    if (state.kind === 'gone') {
      const { alternate, reason } = state;
      throw new StanzaError('gone', {
        ...(alternate === '' ? {} : { detail: `xmpp:${alternate}?join` }),
        ...(reason === '' ? {} : { text: reason }),
      });
    }
    const room = new Room(this.chat, this.limits, state, {
      nickKey: nickKeyOf,
      ghost: (seat) => this.#ghost(seat),
      unseated: (of, seat) => this.#unseated(of, seat),
    });
    await recall(room);
    this.#idle.set(local, room);
    return room;
  }

  /** XEP-0045 §10.1: the first one to enter makes the room. Throws StanzaError, StoreError. */
  async #nowhere(stanza: Stanza): Promise<void> {
    const { from, to, element: of, type } = stanza;
    if (type !== '') return;
    if (to.resource === '') throw new StanzaError('jid-malformed', { text: 'who enters a room has a nick' });
    if (childOf(of, 'x', mucNs) === undefined) throw new StanzaError('item-not-found');
    const session = this.chat.homes.sessionOf(from);
    if (session === null) throw new StanzaError('not-allowed', { text: 'rooms are made by members' });
    const owners = [{ jid: bareText(from), account: session.home.account }];
    const made = await this.create(to.local, firstConfig, session.home.account, owners);
    // Somebody else was quicker.
    if (made === null) return this.#enter(await this.#demand(to.local), stanza);
    made.isLocked = true;
    this.#enter(made, stanza, [201]);
  }

  async #demand(local: string): Promise<Room> {
    const room = await this.find(local);
    if (room === null) throw new StanzaError('item-not-found');
    return room;
  }

  /** Null where there is one already. Throws StoreError. */
  async create(
    local: string,
    config: RoomConfig,
    creator: number,
    owners: readonly { readonly jid: string; readonly account: number }[],
    binding: string | null = null,
  ): Promise<Room | null> {
    if (this.#known(local) !== undefined || this.#finding.has(local)) return null;
    let isNew = false;
    const making = (async () => {
      const { rooms } = this.chat.store;
      await this.#cleared();
      await this.#ended(local);
      await rooms.create({ service: this.host, local, config, creator, owners, binding });
      isNew = true;
      return this.#load(local);
    })().finally(() => this.#finding.delete(local));
    this.#finding.set(local, making);
    const room = await making;
    return isNew ? room : null;
  }

  #inRoom(room: Room, stanza: Stanza, flow: Flow): Promise<void> | void {
    if (room.isGone) throw new StanzaError('item-not-found');
    switch (stanza.kind) {
      case 'message':
        return this.#message(room, stanza, flow);
      case 'presence':
        return this.#presence(room, stanza);
      case 'iq':
        return this.#iq(room, stanza, flow);
    }
  }

  #message(room: Room, stanza: Stanza, flow: Flow): Promise<void> | void {
    const seat = room.seats.get(jidText(stanza.from));
    if (stanza.type === 'error') return this.#failed(room, seat, stanza, flow);
    if (seat === undefined) {
      const done = mediate(room, stanza, null, flow);
      if (done !== false) return done;
      // XEP-0045 §7.4
      throw new StanzaError('not-acceptable', {
        type: 'cancel',
        text: 'only those who are in the room speak in it',
      });
    }
    if (stanza.to.resource !== '') return whisper(room, seat, stanza, flow);
    if (stanza.type === 'groupchat') return talk(room, seat, stanza);
    const done = mediate(room, stanza, seat, flow);
    if (done !== false) return done;
    throw new StanzaError('bad-request', { text: 'what is said in a room is of type groupchat' });
  }

  /** Something did not arrive: it was for somebody alone, or somebody hears nothing any more. */
  async #failed(room: Room, seat: Seat | undefined, stanza: Stanza, flow: Flow): Promise<void> {
    if (seat === undefined || (await whisperFailed(room, seat, stanza, flow))) return;
    this.#deaf(room, seat, stanza);
  }

  #deaf(room: Room, seat: Seat, { element: of }: Stanza): void {
    const error = childOf(of, 'error');
    const isDeaf = error?.children.some((child) => typeof child !== 'string' && deaf.has(child.name)) ?? true;
    if (isDeaf) this.#leave(room, seat, null, true);
  }

  #presence(room: Room, stanza: Stanza): void {
    const { from, to, type, element: of } = stanza;
    const seat = room.seats.get(jidText(from));
    if (type === 'unavailable' || type === 'error') {
      if (seat !== undefined && type === 'error') this.#deaf(room, seat, stanza);
      else if (seat !== undefined) this.#leave(room, seat, of);
      return;
    }
    if (type === 'probe') probed(room, seat, stanza);
    // Nobody subscribes to a room.
    if (type !== '') return;
    if (to.resource === '') throw new StanzaError('jid-malformed', { text: 'who enters a room has a nick' });
    const entering = childOf(of, 'x', mucNs) !== undefined;
    room.demandPace(bareText(from), 'presences');
    if (seat === undefined) {
      if (!entering) throw new StanzaError('not-acceptable', { text: 'whoever enters says so' });
      this.#enter(room, stanza);
    } else if (seat.occupant.nick !== to.resource) changeNick(room, seat, stanza);
    else if (entering) enterAgain(room, seat, stanza);
    else update(room, seat, stanza);
  }

  #enter(room: Room, stanza: Stanza, codes: readonly number[] = []): void {
    const text = jidText(stanza.from);
    const isLocal = this.chat.homes.isLocal(stanza.from.domain);
    const places = this.#places.get(text);
    if (places !== undefined && places.size >= this.limits.roomsPerSessionMax)
      throw new StanzaError('resource-constraint', {
        text: `one is in ${this.limits.roomsPerSessionMax} rooms at most`,
      });
    if (this.#lively.size >= this.limits.livelyRoomsMax && !this.#lively.has(room.row.local))
      throw new StanzaError('resource-constraint');
    enter(room, stanza, codes);
    this.#lively.set(room.row.local, room);
    this.#idle.delete(room.row.local);
    if (!isLocal) return;
    if (places === undefined) this.#places.set(text, new Set([room]));
    else places.add(room);
  }

  /** `isLost`: it did not want to, but hears nothing any more (§18.1.2 of XEP-0045, status 333). */
  #leave(room: Room, seat: Seat, of: Parameters<typeof leave>[2], isLost = false): void {
    leave(room, seat, of, isLost ? { codes: [307, 333] } : {});
  }

  #unseated(room: Room, seat: Seat): void {
    const places = this.#places.get(seat.text);
    places?.delete(room);
    if (places?.size === 0) this.#places.delete(seat.text);
    this.left(room);
  }

  #ghost(seat: Seat): void {
    if (this.#ghosts.size === 0) queueMicrotask(() => this.#layGhosts());
    this.#ghosts.add(seat);
  }

  #layGhosts(): void {
    for (const seat of this.#ghosts) {
      this.#ghosts.delete(seat);
      const room = this.#known(seat.occupant.jid.local);
      if (room?.seats.get(seat.text) === seat) this.#leave(room, seat, null, true);
    }
  }

  /** A session of ours is no more: it is in no room. */
  closed({ text }: Session): void {
    for (const room of [...(this.#places.get(text) ?? [])]) {
      const seat = room.seats.get(text);
      if (seat !== undefined) this.#leave(room, seat, null);
    }
  }

  /** Somebody has left: nobody may be in the room any more. */
  left(room: Room): void {
    const { local } = room.row;
    if (room.occupants.size > 0 || this.#lively.get(local) !== room) return;
    this.#lively.delete(local);
    if (room.isGone) return;
    this.#idle.set(local, room);
    if (room.config.persistent && !room.isLocked) return;
    this.chat.commits.behind(
      this.destroy(room).catch((error: unknown) =>
        this.chat.log.error('a room was not let go of', { error }),
      ),
    );
  }

  /** A room that nobody is in any more goes, with what was said in it; unless somebody has come meanwhile. */
  async destroy(room: Room): Promise<void> {
    await room.inTurn(async () => {
      if (room.occupants.size > 0 || room.isGone) return;
      room.isGone = true;
      const { local } = room.row;
      this.#idle.delete(local);
      const gone = this.#erase(room);
      const ending = gone.catch(() => undefined).finally(() => this.#ending.delete(local));
      this.#ending.set(local, ending);
      await gone;
    });
  }

  async #erase(room: Room): Promise<void> {
    await room.settled();
    const { rooms, archive } = this.chat.store;
    if (await rooms.destroy(room.row.id, null)) await archive.erase({ kind: 'room', owner: room.row.id });
  }

  /** It is no more: nobody finds it by its name. */
  forgotten({ row: { local } }: Room): void {
    this.#lively.delete(local);
    this.#idle.delete(local);
  }

  #iq(room: Room, stanza: Stanza, flow: Flow): Promise<void> | void {
    const { type, to, from } = stanza;
    if (type === 'result' || type === 'error') return this.#questions.answered(room, stanza, flow);
    if (to.resource === '') return answerRoom(this, room, stanza);
    const seat = room.seats.get(jidText(from));
    // XEP-0045 §6.6, XEP-0410 §3.2
    if (seat === undefined)
      throw new StanzaError(isDisco(stanza) ? 'bad-request' : 'not-acceptable', {
        ...{ type: 'cancel', text: 'not in the room' },
      });
    if (isSelfPing(seat, stanza)) return answerRoom(this, room, stanza);
    return this.#questions.ask(room, seat, stanza, flow);
  }

  #atService(stanza: Stanza): Promise<void> | void {
    if (stanza.kind === 'iq') return answerService(this, stanza);
    if (stanza.kind === 'message' && stanza.type !== 'error') throw new StanzaError('service-unavailable');
  }
}

const isDisco = (stanza: Stanza): boolean => {
  const ns = payloadOf(stanza)?.ns;
  return ns === discoInfoNs || ns === discoItemsNs;
};

/** Whether somebody asks itself whether it is in the room (XEP-0410). */
const isSelfPing = ({ occupant }: Seat, { to, element: of }: Stanza): boolean =>
  occupant.key === nickKeyOf(to.resource) && childOf(of, 'ping', pingNs) !== undefined;
