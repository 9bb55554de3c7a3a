import { createECDH, createHmac } from 'node:crypto';

/** What follows from the one secret of this instance. */
export interface Keys {
  /** P-256, uncompressed, base64url (RFC 8292 §3.2). */
  readonly publicKey: string;
  readonly privateKey: string;
  /** webdav-push §2.1: the same for whoever asks and wherever the place is found; tells nothing of it. */
  topicOf(account: number, place: string): string;
  /** RFC 8030 §5.4: messages that may take each other's place have one. The push service sees it, and cannot link it to `topicOf`. */
  headerTopicOf(topic: string, what: string): string;
}

const topicCharacters = 22;
const headerTopicCharacters = 32;

/** The instance's key pair for push services (VAPID) and its topics, made of one secret that is kept with the others. */
export class PushKeys {
  readonly #secret: () => Promise<string>;
  #keys: Promise<Keys> | null = null;

  /** `secret`: base64, the same each time. */
  constructor(secret: () => Promise<string>) {
    this.#secret = secret;
  }

  get(): Promise<Keys> {
    this.#keys ??= this.#secret().then(keysOf);
    // What could not be read is read again.
    this.#keys.catch(() => {
      this.#keys = null;
    });
    return this.#keys;
  }
}

function keysOf(secret: string): Keys {
  const derive = (text: string) => createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest();
  const pair = pairOf(derive);
  return {
    ...pair,
    topicOf: (account, place) =>
      derive(`topic ${account} ${place}`).toString('base64url').slice(0, topicCharacters),
    headerTopicOf: (topic, what) =>
      derive(`header ${topic} ${what}`).toString('base64url').slice(0, headerTopicCharacters),
  };
}

/** The first number that is a key of the curve: nearly always the first of all. */
function pairOf(derive: (text: string) => Buffer): Pick<Keys, 'publicKey' | 'privateKey'> {
  const curve = createECDH('prime256v1');
  for (let round = 0; ; round++) {
    const scalar = derive(`vapid ${round}`);
    try {
      curve.setPrivateKey(scalar);
    } catch {
      continue;
    }
    return { publicKey: curve.getPublicKey('base64url'), privateKey: scalar.toString('base64url') };
  }
}
