import { remoteKey } from '../../accounts/index.ts';
import { type Clock, randomToken } from '../../base/index.ts';
import { loginMinutesMax, loginsMax, loginsPerAddressMax } from './limits.ts';

/** What an app gets when its member has let it in. */
export interface GrantedLogin {
  readonly loginName: string;
  readonly appPassword: string;
}

interface Waiting {
  readonly poll: string;
  readonly login: string;
  readonly device: string;
  /** Of whoever began it: one customer has as many addresses as they like. */
  readonly network: string;
  readonly endsMs: number;
  granted: GrantedLogin | null;
}

const tokenBits = 260;

/**
 * Logins that an app began and a browser finishes (login flow v2): the app holds one token and asks with it, the browser
 * another. In memory: a restart lets the app begin again. Each is given out once.
 */
export class LoginFlows {
  readonly #clock: Clock;
  readonly #byLogin = new Map<string, Waiting>();
  readonly #byPoll = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null where too many wait. `device`: how the app names itself. */
  begin(device: string, remote: string): { readonly poll: string; readonly login: string } | null {
    this.#forget();
    const network = remoteKey(remote);
    let ofAddress = 0;
    for (const each of this.#byLogin.values()) if (each.network === network) ofAddress++;
    if (this.#byLogin.size >= loginsMax || ofAddress >= loginsPerAddressMax) return null;
    const waiting: Waiting = {
      poll: randomToken(tokenBits),
      login: randomToken(tokenBits),
      device,
      network,
      endsMs: this.#clock.monotonicMs() + loginMinutesMax * 60_000,
      granted: null,
    };
    this.#byLogin.set(waiting.login, waiting);
    this.#byPoll.set(waiting.poll, waiting);
    return waiting;
  }

  /** The name of the app that waits there; null where none does any more. */
  deviceOf(login: string): string | null {
    this.#forget();
    const waiting = this.#byLogin.get(login);
    return waiting && waiting.granted === null ? waiting.device : null;
  }

  /** False where nobody waits there any more. */
  grant(login: string, granted: GrantedLogin): boolean {
    if (this.deviceOf(login) === null) return false;
    const waiting = this.#byLogin.get(login);
    if (waiting) waiting.granted = granted;
    return waiting !== undefined;
  }

  /** Null as long as there is nothing to have. */
  poll(token: string): GrantedLogin | null {
    this.#forget();
    const waiting = this.#byPoll.get(token);
    if (!waiting?.granted) return null;
    this.#drop(waiting);
    return waiting.granted;
  }

  /** In order of their beginning, which is that of their end. */
  #forget(): void {
    const now = this.#clock.monotonicMs();
    for (const waiting of this.#byLogin.values()) {
      if (waiting.endsMs > now) return;
      this.#drop(waiting);
    }
  }

  #drop({ poll, login }: Waiting): void {
    this.#byLogin.delete(login);
    this.#byPoll.delete(poll);
  }
}
