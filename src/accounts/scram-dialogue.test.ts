import { describe, expect, test } from 'vitest';
import { refused } from './login.ts';
import { provesScram, type ScramMechanism, scramKeys, scramServerSignature } from './scram.ts';
import {
  bindsChannels,
  channelBindingData,
  channelBindings,
  runScram,
  type ScramChannel,
  type ScramDialogue,
} from './scram-dialogue.ts';
import type { Accounts, AuthResult, Member } from './types.ts';

const member: Member = { id: 1, address: 'user@a', name: '', admin: false, disabled: false, version: 1 };
const welcome: AuthResult = { ok: true, member, credential: '1' };
const nothing: ScramChannel = { exportKeyingMaterial: () => null, serverCertificateHash: () => null };
const exporter = Buffer.alloc(32, 7);
const endPoint = Buffer.alloc(32, 9);
const tls: ScramChannel = {
  exportKeyingMaterial: (label, length) =>
    label === 'EXPORTER-Channel-Binding' ? exporter.subarray(0, length) : null,
  serverCertificateHash: () => endPoint,
};

/** The exchanges of RFC 5802 §5 and RFC 7677 §3. */
const vectors = {
  'SCRAM-SHA-1': {
    salt: 'QSXCR+Q6sek8bf92',
    clientNonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverNonce: '3rfcNHYJY1ZVvWVs7j',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    verifier: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  'SCRAM-SHA-256': {
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    verifier: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
} as const;

/** Accounts with one member, "user" with "pencil"; `any`: takes every proof, so that only the binding decides. */
function accountsOf(mechanism: ScramMechanism, any = false): Pick<Accounts, 'scram'> {
  const salt = Buffer.from(vectors[mechanism].salt, 'base64');
  return {
    async scram() {
      const keys = await scramKeys(mechanism, 'pencil', salt, 4096);
      return {
        salt,
        iterations: 4096,
        async finish(authMessage, proof) {
          if (!any && !provesScram(mechanism, keys, authMessage, proof)) {
            return { result: refused('credentials'), signature: null };
          }
          return { result: welcome, signature: scramServerSignature(mechanism, keys, authMessage) };
        },
      };
    },
  };
}

async function talk(
  said: readonly string[],
  { any = false, ...more }: Partial<ScramDialogue> & { any?: boolean } = {},
) {
  const mechanism = more.mechanism ?? 'SCRAM-SHA-256';
  const { serverNonce } = vectors[mechanism];
  const asked: string[] = [];
  const rest = [...said];
  const base = {
    mechanism,
    plus: false,
    plusOffered: false,
    channel: nothing,
    scope: 'mail',
    remote: 'here',
  };
  const outcome = await runScram(
    accountsOf(mechanism, any),
    { ...base, serverNonce, ...more } as ScramDialogue,
    null,
    async (message) => {
      asked.push(message.toString());
      return Buffer.from(rest.shift() ?? '', 'latin1');
    },
  );
  return { outcome, asked };
}

describe.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'] as const)('%s', (mechanism) => {
  const { salt, clientNonce, serverNonce, proof, verifier } = vectors[mechanism];
  const first = `n,,n=user,r=${clientNonce}`;
  const final = `c=biws,r=${clientNonce}${serverNonce},p=${proof}`;

  test("the RFC's exchange word for word", async () => {
    expect(await talk([first, final, ''], { mechanism })).toEqual({
      outcome: { authorization: '', username: 'user', result: welcome },
      asked: ['', `r=${clientNonce}${serverNonce},s=${salt},i=4096`, verifier],
    });
  });

  test('a proof that is wrong, a nonce that is not ours, a message that is malformed', async () => {
    const wrong = final.replace('p=', 'p=AAAA');
    const denied = { authorization: '', username: 'user', result: refused('credentials') };
    expect(await talk([first, wrong], { mechanism })).toMatchObject({ outcome: denied });
    expect((await talk([first, wrong], { mechanism })).asked).toHaveLength(2);
    const nonce = final.replace(serverNonce, `${serverNonce}x`);
    expect((await talk([first, nonce], { mechanism })).outcome).toEqual(denied);
    expect((await talk([first, final.replace(/,p=.*/, '')], { mechanism })).outcome).toBeNull();
    expect((await talk(['n,,n=user'], { mechanism })).outcome).toBeNull();
    expect((await talk([first, final, 'more'], { mechanism })).outcome).toBeNull();
  });

  test('where success carries data, the last message goes with it', async () => {
    expect(await talk([first, final], { mechanism, finalWithSuccess: true })).toEqual({
      outcome: { authorization: '', username: 'user', result: welcome, final: Buffer.from(verifier) },
      asked: ['', `r=${clientNonce}${serverNonce},s=${salt},i=4096`],
    });
    const wrong = final.replace('p=', 'p=AAAA');
    const refusal = await talk([first, wrong], { mechanism, finalWithSuccess: true });
    expect(refusal.outcome).toEqual({ authorization: '', username: 'user', result: refused('credentials') });
  });

  test('authorization is told; the header must come back as it was sent', async () => {
    const acting = `n,a=other,n=user,r=${clientNonce}`;
    expect((await talk([acting, final], { mechanism, any: true })).outcome?.result.ok).toBe(false);
    const right = final.replace('biws', Buffer.from('n,a=other,').toString('base64'));
    expect((await talk([acting, right, ''], { mechanism, any: true })).outcome).toMatchObject({
      authorization: 'other',
      result: welcome,
    });
  });
});

test('XEP-0474 §5.3: what was offered, by its hash, is part of what is proved', async () => {
  const offer = 'SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point';
  const said = ['n,,n=user,r=abc', 'c=biws,r=abcdef,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts='];
  const talked = await talk(said, { mechanism: 'SCRAM-SHA-1', serverNonce: 'def', offer });
  expect(talked.asked[1]).toBe('r=abcdef,s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=');
});

describe('channel binding', () => {
  const { clientNonce, serverNonce } = vectors['SCRAM-SHA-256'];
  const bound = async (header: string, data: Buffer | string, more: Partial<ScramDialogue>) => {
    const channel = Buffer.concat([Buffer.from(header), Buffer.from(data)]).toString('base64');
    const messages = [
      `${header}n=user,r=${clientNonce}`,
      `c=${channel},r=${clientNonce}${serverNonce},p=AAAA`,
    ];
    const { outcome } = await talk([...messages, ''], {
      channel: tls,
      plusOffered: true,
      any: true,
      ...more,
    });
    return outcome?.result.ok;
  };

  test.each([
    ['tls-exporter', 'p=tls-exporter,,', exporter, true, true],
    ['tls-server-end-point', 'p=tls-server-end-point,,', endPoint, true, true],
    ["another channel's data", 'p=tls-exporter,,', endPoint, true, false],
    ['no data', 'p=tls-exporter,,', '', true, false],
    ['a type that nobody knows', 'p=tls-unique,,', exporter, true, false],
    ['a name every object has', 'p=toString,,', exporter, true, false],
    ['-PLUS and a client that does not bind', 'n,,', '', true, false],
    ['no -PLUS and a client that binds', 'p=tls-exporter,,', exporter, false, false],
    ['a client that cannot bind', 'n,,', '', false, true],
    ['a client that was not told of -PLUS', 'y,,', '', false, false],
  ] as const)('%s', async (_what, header, data, plus, expected) => {
    expect(await bound(header, data, { plus })).toBe(expected);
  });

  test('where -PLUS was not offered, a client that could bind is right not to', async () => {
    expect(await bound('y,,', '', { plusOffered: false, channel: nothing })).toBe(true);
    expect(await bound('p=tls-exporter,,', '', { plus: true, channel: nothing })).toBe(false);
  });

  test('is offered where there is something to bind to', () => {
    expect(bindsChannels(nothing)).toBe(false);
    expect(bindsChannels(tls)).toBe(true);
    // TLS 1.2: a certificate, and no exporter that binds.
    expect(bindsChannels({ ...tls, exportKeyingMaterial: () => null })).toBe(false);
    expect(channelBindings(tls)).toEqual(['tls-exporter', 'tls-server-end-point']);
    expect(channelBindings({ ...tls, exportKeyingMaterial: () => null })).toEqual([]);
    expect(channelBindings(nothing)).toEqual([]);
    expect(channelBindingData(tls, 'tls-exporter')).toEqual(exporter);
    expect(channelBindingData(tls, 'constructor')).toBeNull();
  });
});

test('our part of the nonce is never the same', async () => {
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { asked } = await talk(['n,,n=user,r=abc'], { serverNonce: undefined as never });
    seen.add(asked[1]?.split(',')[0] ?? '');
  }
  expect(seen.size).toBe(20);
  for (const nonce of seen) expect(nonce).toMatch(/^r=abc[a-z2-7]{26,}$/);
});
