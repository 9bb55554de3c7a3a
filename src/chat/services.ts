import type { Accounts, AccountsAdmin } from '../accounts/index.ts';
import type { Clock } from '../base/index.ts';
import type { Log } from '../observability/index.ts';
import type { Conversations } from '../stores/conversations/index.ts';
import type { OwnCards } from './cards/index.ts';
import type { Features } from './features.ts';
import type { ChatLimits } from './limits.ts';
import type { ChatMeters } from './metrics.ts';
import type { Rooms } from './rooms/index.ts';
import type { RosterSource } from './roster/sources.ts';
import type { Commits } from './routing/commits.ts';
import type { Homes } from './routing/homes.ts';
import type { Router } from './routing/router.ts';
import type { Turns } from './routing/turns.ts';
import type { PresenceRules } from './specification.ts';

/** A server that carries calls between members who cannot reach each other (RFC 8656). */
export interface TurnServer {
  readonly host: string;
  readonly port: number;
  /** Null: it has none. */
  readonly tlsPort: number | null;
  /** What it shares with us: whoever has a name that is hashed with it may come in. */
  readonly secret: string;
  /** Milliseconds for which a name is good. */
  readonly ttl: number;
}

/** What the configuration says about chat; asked for each time, so that a change counts for the next. */
export interface ChatSettings {
  readonly registration: 'invite' | 'closed' | 'open';
  /** Accounts that may be made from one address, where registration is open; left out: `registrationsPerAddressMax`. */
  readonly registrationsPerHour?: number;
  readonly unauthenticatedSeconds: number;
  readonly turn?: TurnServer | undefined;
  /** How long a session waits to be resumed (XEP-0198 §5); default `resumeMsMax`. */
  readonly resumeMs?: number;
  /**
   * What people of other servers may bring to members who have nothing to do with them: messages and requests to be a contact
   * (`everything`, the default), requests alone, or nothing.
   */
  readonly strangers?: 'everything' | 'requests' | 'nothing';
  /** Who may ask to be told of mail and invitations; default: each member. */
  readonly notices?: 'members' | 'nobody';
}

/** What may be done to accounts by way of chat. */
export interface Registrar
  extends Pick<AccountsAdmin, 'addMember' | 'setPassword' | 'deleteMember' | 'credentials'> {
  /** The address of the page that shows an invitation. */
  invitePage(token: string): string;
}

/** What administrators may do from a client of chat (XEP-0133). */
export interface Administration {
  readonly admin: AccountsAdmin;
  /** The address of the page that a one-time token signs in at. */
  signInAddress(token: string): string;
}

/** What all of chat shares; one object per server. */
export interface Chat {
  /** The co-op's name, for people. */
  readonly coop: string;
  /** The main domain, as addresses show it. */
  readonly domain: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** `auth.plaintext: allow`: passwords may come without TLS. */
  readonly plaintextLogin: boolean;
  readonly settings: () => ChatSettings;
  readonly accounts: Accounts;
  /** Null: accounts are not made or changed by way of chat. */
  readonly registrar: Registrar | null;
  /** Null: nobody administers from here. */
  readonly administration: Administration | null;
  readonly store: Conversations;
  /** Whom the co-op puts into the lists of its members; null: nobody. */
  readonly rosterSource: RosterSource | null;
  /** Members' own cards; null: there are none. */
  readonly cards: OwnCards | null;
  readonly features: Features;
  readonly presence: PresenceRules;
  readonly limits: ChatLimits;
  readonly homes: Homes;
  readonly router: Router;
  readonly rooms: Rooms;
  readonly commits: Commits;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: ChatMeters;
}
