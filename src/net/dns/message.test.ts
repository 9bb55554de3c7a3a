import { encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameBytesMax, namePointersMax } from './limits.ts';
import { decodeMessage, encodeQuery, MalformedMessage, readName, types } from './message.ts';
import { dnsName, ipv6Text, reverseName } from './names.ts';
import { negativeTtl, readRecord } from './records.ts';

/** A response with one record of the given type and data, owner at the question. */
function withRecord(type: number, data: Buffer, lengthSaid = data.length): Buffer {
  const head = Buffer.from('000781800001000100000000', 'hex');
  const question = Buffer.from('0161047465737400000100 01'.replace(' ', ''), 'hex');
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(300, 6);
  record.writeUInt16BE(lengthSaid, 10);
  return Buffer.concat([head, question, record, data]);
}

describe('a message', () => {
  test('written by another hand is read', () => {
    const message = decodeMessage(
      encode({
        type: 'response',
        id: 7,
        flags: 0x0020 | 3,
        questions: [{ type: 'MX', name: 'Coop.Test' }],
        answers: [{ type: 'CNAME', name: 'Coop.test', ttl: 60, data: 'other.test' }],
        authorities: [
          { type: 'SOA', name: 'test', ttl: 50, data: { mname: 'a.test', rname: 'b.test', minimum: 40 } },
        ],
      }),
    );
    expect(message).toMatchObject({
      id: 7,
      response: true,
      truncated: false,
      authentic: true,
      rcode: 3,
      question: { name: 'Coop.Test', type: types.MX },
      answers: [{ owner: 'coop.test', type: types.CNAME, ttl: 60 }],
    });
    expect(negativeTtl(message)).toBe(40);
  });

  test('of ours says what we understand', () => {
    const query = { id: 0xabcd, name: 'CoOp.test', type: 'TLSA', edns: true } as const;
    const message = decodeMessage(encodeQuery(query));
    expect(message).toMatchObject({
      id: 0xabcd,
      response: false,
      authentic: true,
      question: { name: 'CoOp.test', type: types.TLSA },
    });
    expect(decodeMessage(encodeQuery({ ...query, edns: false })).authentic).toBe(false);
  });

  test('the extended code of EDNS is part of its code', () => {
    const opt = { type: 'OPT', name: '.', udpPayloadSize: 512, ednsVersion: 0, flags: 0 } as const;
    const bytes = encode({
      type: 'response',
      additionals: [{ ...opt, extendedRcode: 1, flag_do: false, options: [] }],
    });
    expect(decodeMessage(bytes).rcode).toBe(16);
  });

  test('a truncated one is not looked into', () => {
    const bytes = withRecord(types.A, Buffer.from([192, 0, 2, 1]));
    bytes.writeUInt16BE(0x8380, 2);
    expect(decodeMessage(bytes)).toMatchObject({ truncated: true, answers: [] });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a header', Buffer.alloc(11)],
    ['a question that is not there', Buffer.from('000781800001000000000000', 'hex')],
    ['records that are not there', Buffer.from('00078180ffffffffffffffff', 'hex')],
    ['data longer than the message', withRecord(types.A, Buffer.alloc(4), 5)],
    ['data cut off', withRecord(types.A, Buffer.alloc(4)).subarray(0, -1)],
  ])('%s is malformed', (_, bytes) => expect(() => decodeMessage(bytes)).toThrow(MalformedMessage));
});

describe('a name', () => {
  const read = (hex: string, at = 0) => readName(Buffer.from(hex, 'hex'), { at });

  test('of labels and a pointer back', () => {
    const cursor = { at: 3 };
    const bytes = Buffer.from('01610001 62c000ff'.replace(' ', ''), 'hex');
    expect(readName(bytes, cursor)).toBe('b.a');
    expect(cursor.at).toBe(7);
  });

  test.each([
    ['to itself', 'c000'],
    ['forward', 'c00200'],
    ['in a circle', '0161c000'],
    ['beyond the end', 'c0ff'],
    ['cut off', 'c0'],
  ])('that points %s is malformed', (_, hex) => expect(() => read(hex)).toThrow(MalformedMessage));

  test('of pointers to pointers is read up to namePointersMax', () => {
    const chain = (pointers: number) => {
      const bytes = Buffer.alloc(1 + 2 * pointers);
      for (let index = 0; index < pointers; index++) {
        bytes.writeUInt16BE(0xc000 | (index === 0 ? 0 : 1 + 2 * (index - 1)), 1 + 2 * index);
      }
      return readName(bytes, { at: bytes.length - 2 });
    };
    expect(chain(namePointersMax)).toBe('');
    expect(() => chain(namePointersMax + 1)).toThrow('too many pointers');
  });

  test('has nameBytesMax octets at most, and labels of 63', () => {
    const name = (octets: number) =>
      Buffer.concat([
        ...Array.from({ length: (octets - 1) / 2 }, () => Buffer.from('0161', 'hex')),
        Buffer.of(0),
      ]);
    expect(readName(name(nameBytesMax), { at: 0 })).toHaveLength(nameBytesMax - 2);
    expect(() => readName(name(nameBytesMax + 2), { at: 0 })).toThrow('too long');
    expect(() => read(`40${'61'.repeat(64)}00`)).toThrow('unknown kind');
  });

  test('with octets that no host has cannot be mistaken for another', () => {
    expect(read(`03${Buffer.from('a.b').toString('hex')}00`)).toBe('a\\046b');
    expect(read(`03${Buffer.from('a\\b').toString('hex')}00`)).toBe('a\\092b');
    expect(read('0200ff00')).toBe('\\000\\255');
    expect(dnsName('a\\046b')).toBeNull();
  });
});

describe('data of the wrong length is malformed', () => {
  const soon = Buffer.from('000a0161047465737400', 'hex');
  test.each([
    ['A', Buffer.alloc(5)],
    ['A', Buffer.alloc(0)],
    ['AAAA', Buffer.alloc(15)],
    ['MX', Buffer.alloc(2)],
    ['MX', Buffer.concat([soon, Buffer.of(0)])],
    ['MX', Buffer.from('000a', 'hex')],
    ['TXT', Buffer.alloc(0)],
    ['TXT', Buffer.from('05616263', 'hex')],
    ['SRV', Buffer.alloc(6)],
    ['TLSA', Buffer.alloc(3)],
    ['CAA', Buffer.from('000569', 'hex')],
    ['CAA', Buffer.from('000000', 'hex')],
    ['CNAME', Buffer.from('0161', 'hex')],
  ] as const)('%s %#', (type, data) => {
    const message = decodeMessage(withRecord(types[type], data));
    const [record] = message.answers;
    if (record === undefined) throw new Error('no record');
    expect(() => readRecord(message, type, record)).toThrow(MalformedMessage);
  });

  test('a name may not run out of its record into the next', () => {
    const message = decodeMessage(
      withRecord(types.MX, Buffer.concat([soon, Buffer.alloc(9)]), soon.length - 1),
    );
    const [record] = message.answers;
    if (record === undefined) throw new Error('no record');
    expect(() => readRecord(message, 'MX', record)).toThrow(MalformedMessage);
  });
});

describe('random bytes', () => {
  const kinds = ['A', 'AAAA', 'NS', 'CNAME', 'PTR', 'MX', 'TXT', 'SRV', 'TLSA', 'CAA'] as const;
  const readAll = (bytes: Buffer) => {
    const message = decodeMessage(bytes);
    negativeTtl(message);
    for (const record of message.answers) {
      const kind = kinds.find((name) => types[name] === record.type);
      if (kind) readRecord(message, kind, record);
    }
  };
  const onlyMalformed = (bytes: Buffer) => {
    try {
      readAll(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessage);
    }
  };

  test('are read or malformed, nothing else', () => {
    const anything = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    fc.assert(fc.property(anything, onlyMalformed), { seed: 1035, numRuns: 2_000 });
  });

  test('in place of some of a good message too', () => {
    const name = 'coop.test';
    const good = encode({
      type: 'response',
      questions: [{ type: 'MX', name }],
      answers: [
        { type: 'MX', name, data: { preference: 1, exchange: 'mx.coop.test' } },
        { type: 'TXT', name, data: ['one', 'two'] },
        { type: 'SRV', name, data: { port: 1, target: 'a.test' } },
        { type: 'CAA', name, data: { flags: 0, tag: 'issue', value: 'ca.test' } },
        {
          type: 'TLSA',
          name,
          data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32) },
        },
        { type: 'AAAA', name, data: '2001:db8::1' },
      ],
      authorities: [{ type: 'SOA', name, data: { mname: 'a.test', rname: 'b.test' } }],
    });
    readAll(good);
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const property = fc.property(changes, fc.nat(good.length), (edits, end) => {
      const bytes = Buffer.from(good);
      for (const [at, octet] of edits) bytes[at] = octet;
      onlyMalformed(bytes);
      onlyMalformed(bytes.subarray(0, end));
    });
    fc.assert(property, { seed: 1035, numRuns: 3_000 });
  });
});

test('names of addresses, and addresses as text', () => {
  expect(reverseName('192.0.2.1')).toBe('1.2.0.192.in-addr.arpa');
  expect(reverseName('::1')).toBe(`1.${'0.'.repeat(31)}ip6.arpa`);
  expect(reverseName('fe80::1%lo')).toBeNull();
  const addresses = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes.map((octet, at) => ((bytes[15 - at] ?? 0) % 3 === 0 ? octet : 0))));
  // The URL parser writes RFC 5952, and IPv4 within IPv6 as two groups.
  fc.assert(
    fc.property(addresses, (bytes) => {
      const text = ipv6Text(bytes);
      expect(`[${text}]`).toBe(new URL(`http://[${text}]/`).hostname);
      expect(
        reverseName(text)
          ?.replace(/\.ip6\.arpa$/, '')
          .split('.')
          .reverse()
          .join(''),
      ).toBe(bytes.toString('hex'));
    }),
    { seed: 5952 },
  );
});
