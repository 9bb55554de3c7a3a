import { createHash } from 'node:crypto';
import { equalInConstantTime, FormatError, randomToken } from '../base/index.ts';
import {
  channelBindingOf,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  type ScramClientFirst,
} from '../formats/sasl/index.ts';
import { scramNonceBits } from './limits.ts';
import { refused } from './login.ts';
import { type ScramMechanism, scramMechanisms } from './scram.ts';
import type { Accounts, AuthResult, Scope } from './types.ts';

/** The TLS channel of a client, as `net` tells it. */
export interface ScramChannel {
  exportKeyingMaterial(label: string, length: number): Buffer | null;
  serverCertificateHash(): Buffer | null;
}

/** Channel bindings by name: RFC 9266 §2, RFC 5929 §4. tls-unique is not one: TLS 1.3 has none. */
const bindings: Readonly<Record<string, (channel: ScramChannel) => Buffer | null>> = {
  'tls-exporter': (channel) => channel.exportKeyingMaterial('EXPORTER-Channel-Binding', 32),
  'tls-server-end-point': (channel) => channel.serverCertificateHash(),
};

export interface ScramDialogue {
  readonly mechanism: ScramMechanism;
  /** The -PLUS form: the client must bind. */
  readonly plus: boolean;
  /** Whether the client was offered the -PLUS form of this mechanism. */
  readonly plusOffered: boolean;
  readonly channel: ScramChannel;
  readonly scope: Scope;
  readonly remote: string;
  /** What the client was offered, as XEP-0474 §5.1 joins it; its hash shows the client whether it read the same. */
  readonly offer?: string;
  /** The protocol has a place for data with success (RFC 4422 §3.6): `final` of the outcome is sent there. */
  readonly finalWithSuccess?: boolean;
  /** Our part of the nonce; random unless a test says otherwise. */
  readonly serverNonce?: string;
}

export interface ScramOutcome {
  /** Whom to act as; '' for the one who signs in. */
  readonly authorization: string;
  readonly username: string;
  readonly result: AuthResult;
  /** The server-final-message, where it is still to be sent. */
  readonly final?: Buffer;
}

/** Channels that have a binding keep it; every CAPABILITY asks. */
const bound = new WeakSet<ScramChannel>();

/**
 * Names of the bindings that clients are offered, the strongest first. None with TLS 1.2, which has no tls-exporter that
 * binds (RFC 9266 §4.2): its programs (gloox) know tls-unique alone, hold -PLUS for that, and try nothing else.
 */
export function channelBindings(channel: ScramChannel): readonly string[] {
  const there = Object.keys(bindings).filter((name) => channelBindingData(channel, name) !== null);
  return there.includes('tls-exporter') ? there : [];
}

/** What a channel is told from others by; null where it has no such binding. */
export const channelBindingData = (channel: ScramChannel, name: string): Buffer | null =>
  Object.hasOwn(bindings, name) ? (bindings[name]?.(channel) ?? null) : null;

/** Whether a client can be offered a -PLUS mechanism. */
export function bindsChannels(channel: ScramChannel): boolean {
  if (bound.has(channel)) return true;
  if (channelBindings(channel).length === 0) return false;
  bound.add(channel);
  return true;
}

/**
 * The server's side of SCRAM (RFC 5802 §5, RFC 7677), for any protocol: `exchange` sends a message and answers the
 * client's next one. Null where a message is malformed. Rejects with StoreError and with what `exchange` throws.
 */
export async function runScram(
  accounts: Pick<Accounts, 'scram'>,
  dialogue: ScramDialogue,
  initial: Buffer | null,
  exchange: (message: Buffer) => Promise<Buffer>,
): Promise<ScramOutcome | null> {
  try {
    return await converse(accounts, dialogue, initial, exchange);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

async function converse(
  accounts: Pick<Accounts, 'scram'>,
  dialogue: ScramDialogue,
  initial: Buffer | null,
  exchange: (message: Buffer) => Promise<Buffer>,
): Promise<ScramOutcome | null> {
  const { mechanism, scope, remote } = dialogue;
  const first = parseClientFirst(initial ?? (await exchange(Buffer.alloc(0))));
  const { authorization, username } = first;
  const denied = { authorization, username, result: refused('credentials') };
  const channel = channelOf(dialogue, first);
  if (channel === null) return denied;
  const challenge = await accounts.scram({ mechanism, username, scope, remote });
  const nonce = first.nonce + (dialogue.serverNonce ?? randomToken(scramNonceBits));
  const shown = dialogue.offer === undefined ? [] : [`h=${hashed(mechanism, dialogue.offer)}`];
  const serverFirst = formatServerFirst(nonce, challenge.salt, challenge.iterations, shown);
  const final = parseClientFinal(await exchange(Buffer.from(serverFirst)));
  if (final.nonce !== nonce || !equalInConstantTime(final.channel, channel)) return denied;
  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
  const { result, signature } = await challenge.finish(authMessage, final.proof);
  if (signature !== null && dialogue.finalWithSuccess) {
    return { authorization, username, result, final: Buffer.from(formatServerFinal(signature)) };
  }
  if (signature !== null) {
    // RFC 4422 §3.6: where the protocol has no place for data with success, the client answers it with nothing.
    const last = await exchange(Buffer.from(formatServerFinal(signature)));
    if (last.length > 0) return null;
  }
  return { authorization, username, result };
}

const hashed = (mechanism: ScramMechanism, text: string): string =>
  createHash(scramMechanisms[mechanism].digest).update(text).digest('base64');

/** What the client must say of its channel; null where somebody between us has changed what was offered. RFC 5802 §6. */
function channelOf(dialogue: ScramDialogue, first: ScramClientFirst): Buffer | null {
  const { plus, plusOffered, channel } = dialogue;
  if (plus !== (first.flag === 'p')) return null;
  if (first.flag === 'y' && plusOffered) return null;
  if (first.flag !== 'p') return channelBindingOf(first, null);
  const data = channelBindingData(channel, first.bindingType);
  return data === null ? null : channelBindingOf(first, data);
}
