import { Recent } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import type { NewRow, RoomMember, RoomRow, RoomState } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import { deliverCopy, type Shared } from '../routing/fan-out.ts';
import { Flow } from '../routing/flow.ts';
import type { Chat } from '../services.ts';
import type { StanzaKind } from '../stanza.ts';
import { History } from './history.ts';
import type { RoomLimits } from './limits.ts';
import type { Occupant, Seat } from './occupants.ts';
import { Pace } from './pace.ts';
import type { Affiliation } from './rights.ts';

export type LoadedRoom = Extract<RoomState, { readonly kind: 'room' }>;

interface Paces {
  readonly messages: Pace;
  readonly presences: Pace;
}

/**
 * A room, and who is in it. What happens in it happens in one order: what is decided is submitted at once, and heard when
 * what was submitted before is durable. Who hears it was decided with it.
 */
export class Room {
  readonly chat: Chat;
  readonly limits: RoomLimits;
  row: RoomRow;
  readonly jid: Jid;
  /** Its address as text. */
  readonly text: string;
  readonly secret: string;
  /** Who stands to it, by bare address. */
  readonly members = new Map<string, RoomMember>();
  /** By nick, as nicks are compared. */
  readonly occupants = new Map<string, Occupant>();
  /** By full address. */
  readonly seats = new Map<string, Seat>();
  readonly history: History;
  /** Nobody else may enter until its owner has said how it shall be (XEP-0045 §10.1). */
  isLocked = false;
  isGone = false;
  /** As of which change of the directory its members are those of the group that it follows; -1: of none yet. */
  followed = -1;
  /** Whose a nick is, in whatever case it is written. */
  readonly #reserved = new Map<string, string>();
  readonly #nickKey: (nick: string) => string;
  readonly #paces: Recent<string, Paces>;
  readonly #ghosts: (seat: Seat) => void;
  readonly #unseated: (seat: Seat) => void;
  #owners = 0;
  #audience: readonly Seat[] | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    chat: Chat,
    limits: RoomLimits,
    state: LoadedRoom,
    parts: {
      readonly nickKey: (nick: string) => string;
      /** A resource of ours was not there when it was told something. */
      readonly ghost: (seat: Seat) => void;
      /** It is in the room no more. */
      readonly unseated: (room: Room, seat: Seat) => void;
    },
  ) {
    this.chat = chat;
    this.limits = limits;
    this.row = state.room;
    this.jid = { local: state.room.local, domain: state.room.service, resource: '' };
    this.text = bareText(this.jid);
    this.secret = state.occupantSecret;
    this.history = new History(this.text, limits.historyCharsMax);
    this.#nickKey = parts.nickKey;
    this.#ghosts = parts.ghost;
    this.#unseated = (seat) => parts.unseated(this, seat);
    this.#paces = new Recent(limits.pacesPerRoomMax);
    for (const member of state.members) this.setMember(member.jid, member);
  }

  get config() {
    return this.row.config;
  }

  /** Somebody owns it; else who runs the service does. */
  get hasOwner(): boolean {
    return this.#owners > 0;
  }

  get historyMax(): number {
    return Math.min(this.config.historyMax, this.limits.historyMessagesMax);
  }

  /**
   * Also of a whole server, where nothing else is said of who is at home there. Where nobody owns the room, administrators do
   * who have signed in with their own password.
   */
  affiliationOf(jid: Jid): Affiliation {
    const named = this.members.get(bareText(jid)) ?? this.members.get(jid.domain);
    if (named !== undefined) return this.#isAnothers(named, jid) ? 'none' : named.affiliation;
    if (this.hasOwner) return 'none';
    const session = this.chat.homes.sessionOf(jid);
    return session?.isOwn && session.member.admin ? 'owner' : 'none';
  }

  /** What was given to an account is not of who has its address later. */
  #isAnothers({ account }: RoomMember, jid: Jid): boolean {
    if (account === 0) return false;
    const now = this.chat.homes.sessionOf(jid)?.home.account ?? account;
    return now !== account;
  }

  standing(seat: Seat) {
    return { role: seat.occupant.role, affiliation: this.affiliationOf(seat.jid) };
  }

  /** As it stands in the store from now on. */
  setMember(jid: string, member: RoomMember | null): void {
    const before = this.members.get(jid);
    if (before?.affiliation === 'owner') this.#owners--;
    if (before !== undefined && before.nick !== '') this.#reserved.delete(this.#nickKey(before.nick));
    if (member === null) {
      this.members.delete(jid);
      return;
    }
    this.members.set(jid, member);
    if (member.affiliation === 'owner') this.#owners++;
    if (member.nick !== '') this.#reserved.set(this.#nickKey(member.nick), jid);
  }

  /** Whose reserved nick it is. */
  reservedFor(nick: string): string | undefined {
    return this.#reserved.get(this.#nickKey(nick));
  }

  keyOf(nick: string): string {
    return this.#nickKey(nick);
  }

  occupant(nick: string): Occupant | undefined {
    return this.occupants.get(this.#nickKey(nick));
  }

  occupantOf(bare: string): Occupant | undefined {
    for (const occupant of this.occupants.values()) if (occupant.bare === bare) return occupant;
    return undefined;
  }

  /** Everybody who hears what is said now; the same list until somebody comes or goes. */
  get audience(): readonly Seat[] {
    this.#audience ??= [...this.seats.values()];
    return this.#audience;
  }

  addSeat(seat: Seat): void {
    this.seats.set(seat.text, seat);
    this.#audience = null;
  }

  removeSeat(seat: Seat): void {
    seat.occupant.seats.delete(seat.text);
    this.seats.delete(seat.text);
    this.#audience = null;
    this.#unseated(seat);
  }

  /** Throws StanzaError where somebody is too fast. */
  demandPace(bare: string, of: keyof Paces): void {
    const now = this.chat.clock.nowMs();
    let paces = this.#paces.get(bare);
    if (paces === undefined) {
      const { messageBurstMax, messagesPerSecondMax, presenceBurstMax, presencesPerSecondMax } = this.limits;
      paces = {
        messages: new Pace(messageBurstMax, messagesPerSecondMax, now),
        presences: new Pace(presenceBurstMax, presencesPerSecondMax, now),
      };
      this.#paces.set(bare, paces);
    }
    if (!paces[of].take(now))
      throw new StanzaError('policy-violation', {
        type: 'wait',
        text: 'that was too much in too short a time',
      });
  }

  /** What happens next in the room; `id`: of the row, where one was to be kept. `failed`: it could not be kept. */
  submit(act: (id: number) => void, row: NewRow | null = null, failed?: (error: unknown) => void): void {
    const flow = new Flow(null, failed ?? ((error) => this.chat.log.error('xmpp room failed', { error })));
    const kept = row && flow.keep(row);
    flow.after(() => act(kept?.id ?? 0));
    this.chat.commits.submit(flow);
  }

  /** Resolves when what was submitted before has happened. */
  settled(): Promise<void> {
    return new Promise((resolve) =>
      this.submit(
        () => resolve(),
        null,
        () => resolve(),
      ),
    );
  }

  /** Changes of what is kept of the room, one after another. Rejects as `work` does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Written to one of those who are in it; a resource of ours that is gone is let go of. */
  deliver(seat: Seat, kind: StanzaKind, element: Element, from: Jid): void {
    const shared: Shared = { kind, element, from };
    if (!deliverCopy(this.chat, shared, seat)) this.#ghosts(seat);
  }

  /** The same for everybody. */
  spread(audience: readonly Seat[], kind: StanzaKind, element: Element, from: Jid): void {
    const shared: Shared = { kind, element, from };
    for (const seat of audience) if (!deliverCopy(this.chat, shared, seat)) this.#ghosts(seat);
  }
}
