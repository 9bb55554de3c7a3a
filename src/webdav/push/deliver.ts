import { type Clock, Recent } from '../../base/index.ts';
import type { AskOutward } from '../../net/index.ts';
import type { Registration } from '../../stores/push/index.ts';
import type { Keys } from './keys.ts';
import {
  answerBytesMax,
  authorizationMs,
  authorizationsMax,
  messageSecondsMax,
  requestMsMax,
  retryAfterMsMax,
} from './limits.ts';
import type { News } from './message.ts';

/** `gone`: the push service knows of no such device. `afterMs`: when it wants to be asked again. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'failed'; readonly afterMs: number };

export interface Parcel {
  readonly registration: Registration;
  readonly topic: string;
  readonly news: News;
  /** XML. */
  readonly message: string;
}

export interface CourierOptions {
  readonly ask: AskOutward;
  readonly clock: Clock;
  /** `mailto:` or `https:`: whom a push service writes to about us (RFC 8292 §2.1). */
  contact(): string;
}

/** Encrypts messages (RFC 8291), signs for them (RFC 8292) and posts them to push services (RFC 8030). */
export class Courier {
  readonly #options: CourierOptions;
  readonly #authorizations = new Recent<string, { readonly header: string; readonly untilMs: number }>(
    authorizationsMax,
  );

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  async deliver({ registration, topic, news, message }: Parcel, keys: Keys): Promise<Delivery> {
    const { ask, clock } = this.#options;
    const { resource, publicKey, authSecret, expiresMs } = registration;
    // Loaded with the first message: most that starts here never sends one.
    const { default: webPush } = await import('web-push');
    const { cipherText } = webPush.encrypt(publicKey, authSecret, message, 'aes128gcm');
    const secondsLeft = Math.ceil((expiresMs - clock.nowMs()) / 1_000);
    const { status, headers } = await ask({
      url: resource,
      method: 'POST',
      headers: {
        'content-type': 'application/xml; charset="utf-8"',
        'content-encoding': 'aes128gcm',
        ttl: String(Math.max(0, Math.min(secondsLeft, messageSecondsMax))),
        // RFC 8030 §5.3
        urgency: news.content ? 'normal' : 'low',
        // What tells of properties is not replaced by what tells of content alone (webdav-push §6.4).
        topic: keys.headerTopicOf(topic, `${news.content} ${news.properties}`),
        authorization: await this.#authorization(new URL(resource).origin, keys),
      },
      body: cipherText,
      redirectsMax: 0,
      msMax: requestMsMax,
      answerBytesMax,
      httpsOnly: true,
    });
    if (status >= 200 && status < 300) return { outcome: 'delivered' };
    if (status === 404 || status === 410) return { outcome: 'gone' };
    return { outcome: 'failed', afterMs: readRetryAfter(headers['retry-after'], clock.nowMs()) };
  }

  async #authorization(audience: string, { publicKey, privateKey }: Keys): Promise<string> {
    const subject = this.#options.contact();
    const now = this.#options.clock.nowMs();
    const key = `${audience} ${subject}`;
    const held = this.#authorizations.get(key);
    if (held && held.untilMs > now) return held.header;
    const { default: webPush } = await import('web-push');
    const made = webPush.getVapidHeaders(audience, subject, publicKey, privateKey, 'aes128gcm');
    this.#authorizations.set(key, { header: made.Authorization, untilMs: now + authorizationMs });
    return made.Authorization;
  }
}

/** RFC 9110 §10.2.3: seconds or a date; 0 for none and for what is neither. */
export function readRetryAfter(text: string | undefined, nowMs: number): number {
  const trimmed = text?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(trimmed) ? Number(trimmed) * 1_000 : Date.parse(trimmed) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
