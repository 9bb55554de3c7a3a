import { FormatError } from '../../base/index.ts';
import { gs2Name, utf8TextOf } from './text.ts';

/** RFC 5802 §7 client-first-message. */
export interface ScramClientFirst {
  /** 'n': the client cannot bind; 'y': it could and believes that the server cannot; 'p': it binds (RFC 5802 §6). */
  readonly flag: 'n' | 'y' | 'p';
  /** The name after `p=`, as `tls-exporter`; '' otherwise. */
  readonly bindingType: string;
  /** Whom to act as; '' for the one who signs in. */
  readonly authorization: string;
  readonly username: string;
  readonly nonce: string;
  /** As they were on the wire: the header comes back within `c=`, the rest is part of the AuthMessage. */
  readonly gs2Header: string;
  readonly bare: string;
}

/** RFC 5802 §7 client-final-message. */
export interface ScramClientFinal {
  /** What `c=` held: the gs2-header and, where the client binds, the channel's data. */
  readonly channel: Buffer;
  readonly nonce: string;
  readonly proof: Buffer;
  readonly withoutProof: string;
}

/** Throws FormatError. */
export function parseClientFirst(message: Buffer): ScramClientFirst {
  const text = utf8TextOf(message);
  const [flagText = '', authorizationText, ...rest] = text.split(',');
  const bare = rest.join(',');
  const flag = /^(?:([ny])|(p)=([A-Za-z0-9.-]+))$/.exec(flagText);
  if (!flag || authorizationText === undefined) return fault('the header before the name is malformed');
  if (authorizationText !== '' && !authorizationText.startsWith('a=')) fault('expected a= or nothing');
  const [name = '', nonce = '', ...extensions] = rest;
  if (name.startsWith('m=')) fault('an extension is demanded that is not known'); // RFC 5802 §5.1
  if (!name.startsWith('n=')) fault('expected n= and the user name');
  expectExtensions(extensions);
  return {
    flag: flag[1] === 'n' || flag[1] === 'y' ? flag[1] : 'p',
    bindingType: flag[3] ?? '',
    authorization: authorizationText === '' ? '' : gs2Name(authorizationText.slice(2)),
    username: gs2Name(name.slice(2)),
    nonce: nonceOf(nonce),
    gs2Header: `${flagText},${authorizationText},`,
    bare,
  };
}

/** Throws FormatError. */
export function parseClientFinal(message: Buffer): ScramClientFinal {
  const text = utf8TextOf(message);
  const [channel = '', nonce = '', ...rest] = text.split(',');
  const proof = rest.pop() ?? '';
  if (!channel.startsWith('c=')) fault('expected c= and the channel binding');
  if (!proof.startsWith('p=')) fault('expected p= and the proof at the end');
  expectExtensions(rest);
  return {
    channel: base64Of(channel.slice(2)),
    nonce: nonceOf(nonce),
    proof: base64Of(proof.slice(2)),
    withoutProof: text.slice(0, text.length - proof.length - 1),
  };
}

/** `nonce`: the client's and then ours. `extensions`: more attributes, which clients that do not know them pass over. */
export function formatServerFirst(
  nonce: string,
  salt: Buffer,
  iterations: number,
  extensions: readonly string[] = [],
): string {
  return [`r=${nonce}`, `s=${salt.toString('base64')}`, `i=${iterations}`, ...extensions].join(',');
}

export function formatServerFinal(signature: Buffer): string {
  return `v=${signature.toString('base64')}`;
}

/** What `c=` must hold (RFC 5802 §7 cbind-input). `data`: null where the client does not bind. */
export function channelBindingOf({ gs2Header }: ScramClientFirst, data: Buffer | null): Buffer {
  return Buffer.concat([Buffer.from(gs2Header), data ?? Buffer.alloc(0)]);
}

function nonceOf(text: string): string {
  if (!/^r=[\x21-\x7e]+$/.test(text)) return fault('expected r= and a nonce');
  return text.slice(2);
}

function base64Of(text: string): Buffer {
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    return fault('expected base64');
  }
  return Buffer.from(text, 'base64');
}

/** Extensions that are not known are passed over, those that are not well formed are not (RFC 5802 §7 attr-val). */
function expectExtensions(extensions: readonly string[]): void {
  if (!extensions.every((extension) => /^[A-Za-z]=./su.test(extension))) fault('an extension is malformed');
}

function fault(what: string): never {
  throw new FormatError(`SCRAM: ${what}`);
}
