import type { AccountsService, Privilege } from '../accounts/index.ts';
import type { Clock } from '../base/index.ts';
import type { Directory } from '../carddav/index.ts';
import type { ChatClients, ChatNotices } from '../chat/index.ts';
import type { Coop, Privilege as CoopPrivilege } from '../coop/index.ts';
import type { Log } from '../observability/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import type { FilesWriter, Sharing } from '../stores/files/index.ts';
import type { LoginFlows } from '../webdav/index.ts';
import type { Forms } from './http/forms.ts';
import type { Sessions } from './http/sessions.ts';
import type { OpenDoor } from './links.ts';
import type { Language, Messages } from './messages/index.ts';

/** An invitation to chat, as it is shown to who has its link. */
export interface ShownInvitation {
  /** `xmpp:…`, for programs. */
  readonly uri: string;
  /** The member who invites somebody to be a contact; null: to have an account. */
  readonly from: string | null;
  /** The address that is kept for who comes; null: they choose one. */
  readonly address: string | null;
}

/** What the pages stand on. */
export interface House {
  readonly accounts: AccountsService;
  /** As they are now: a reload may change what is shown. */
  readonly settings: { readonly value: MycoSettings };
  /** The doors that are open by now. */
  open(): readonly OpenDoor[];
  /** The certificate authority that clients have to trust, PEM; null where the public ones do. */
  authority(): string | null;
  readonly files: FilesWriter;
  readonly sharing: Sharing;
  /** Members who let the others find them. */
  readonly directory: Directory;
  /** The folder in every home that holds what others share. */
  readonly sharedName: string;
  /** Members, shares, ledger and pay. */
  readonly coop: Coop;
  readonly sessions: Sessions;
  readonly forms: Forms;
  readonly clock: Clock;
  readonly log: Log;
  /** Apps that wait for their member to let them in; null where such apps are not taken. */
  readonly appLogins: LoginFlows | null;
  /** The programs that members chat with; null where there is no chat. */
  readonly chat: ChatClients | null;
  /** What members want to hear of in chat; null where there is none. */
  readonly notices: ChatNotices | null;
  /** Null where the token is none, was used or has expired; it stays. */
  invitation(token: string): Promise<ShownInvitation | null>;
}

/** One request, read as far as every page needs it. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** The named segments of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** The client's address. */
  readonly remote: string;
  readonly secure: boolean;
  readonly language: Language;
  readonly say: Messages;
  /** The route's. */
  readonly privilege: Privilege | null;
  readonly inCoop: CoopPrivilege | null;
}

/**
 * One address and method. `doors`: `pages` are served by https, and by http with `auth.plaintext: allow`; `everywhere`
 * also by the http door that redirects all else; `operator` by the http door, to this machine alone.
 */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly doors: 'pages' | 'everywhere' | 'operator';
  /** What it does to the account of who is signed in; null: it is for everybody. No default (THREATS 9). */
  readonly privilege: Privilege | null;
  /** What it takes in the co-op, by the same table as the API; null: it shows and changes nothing there. */
  readonly inCoop: CoopPrivilege | null;
  run(visit: Visit, house: House): Response | Promise<Response>;
}
