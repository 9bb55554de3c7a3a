import { addressKey } from '../../net/index.ts';
import { StreamError } from '../errors.ts';
import type { PaceClock } from '../stream/pace.ts';
import type { FederationLimits } from './limits.ts';
import type { FederationMeters } from './metrics.ts';
import type { Peer, Shown } from './peer.ts';
import { Shares } from './shares.ts';

/** Every stream with another server, whichever of them opened it, and what those of one domain or address may together. */
export class Peers {
  readonly #limits: FederationLimits;
  readonly #meters: FederationMeters;
  readonly #all = new Set<Peer>();
  readonly #addresses: Shares<Peer>;
  readonly #domains: Shares<Peer>;

  constructor(limits: FederationLimits, clock: PaceClock, meters: FederationMeters) {
    this.#limits = limits;
    this.#meters = meters;
    const { serverStanzasPerSecondMax, serverCharactersPerSecondMax, serverBurstSecondsMax } = limits;
    const shares = (times: number) =>
      new Shares<Peer>(
        clock,
        {
          stanzasPerSecondMax: serverStanzasPerSecondMax * times,
          charactersPerSecondMax: serverCharactersPerSecondMax * times,
          burstSecondsMax: serverBurstSecondsMax,
        },
        limits.sharesMax,
      );
    this.#domains = shares(1);
    this.#addresses = shares(limits.addressPacesMax);
  }

  [Symbol.iterator](): Iterator<Peer> {
    return this.#all.values();
  }

  /** Throws StreamError where too many strangers have come from there. */
  enter(peer: Peer): void {
    this.#all.add(peer);
    const share = this.#addresses.join(addressKey(peer.stream.connection.remote.address), peer);
    peer.share(share);
    peer.neighbours = share.members;
    const strangers = [...share.members].filter(
      ({ isIncoming, admitted }) => isIncoming && admitted === null,
    );
    if (peer.isIncoming && strangers.length > this.#limits.unknownPerAddressMax)
      throw new StreamError('resource-constraint', 'too many streams that have not shown who they are');
  }

  /** From now on it is heard as that domain. Where the domain has opened too many, its oldest stream ends: it may be dead. */
  admit(peer: Peer, domain: string, shown: Shown): void {
    peer.admitted = { domain, shown };
    this.#meters.stream(peer.isIncoming, shown).add(1);
    const share = this.#domains.join(domain, peer);
    peer.share(share);
    const incoming = [...share.members].filter(({ isIncoming }) => isIncoming);
    const [oldest] = incoming;
    if (incoming.length > this.#limits.streamsPerDomainMax)
      oldest?.stream.fail(new StreamError('resource-constraint', 'too many streams of one domain'));
  }

  /** Whether one more may have a key asked for. */
  mayVerify(peer: Peer): boolean {
    const verifying = [...peer.neighbours].filter(({ isVerifying }) => isVerifying);
    return verifying.length < this.#limits.verifyingPerAddressMax;
  }

  leave(peer: Peer): void {
    this.#all.delete(peer);
    this.#addresses.leave(addressKey(peer.stream.connection.remote.address), peer);
    if (peer.admitted === null) return;
    const { domain, shown } = peer.admitted;
    this.#meters.stream(peer.isIncoming, shown).add(-1);
    this.#domains.leave(domain, peer);
  }

  purge(): void {
    this.#addresses.purge();
    this.#domains.purge();
  }
}
