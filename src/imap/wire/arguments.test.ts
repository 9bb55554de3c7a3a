import { describe, expect, test } from 'vitest';
import { SyntaxFault } from './fault.ts';
import { decodeAll } from './fixtures.ts';
import { wireLimits } from './limits.ts';

const none = new Map();

describe('fetchModifiers', () => {
  test.each<[string, unknown]>([
    ['', { changedSince: null, extensions: none }],
    [' (CHANGEDSINCE 12345)', { changedSince: 12_345, extensions: none }],
    [' (changedsince 0)', { changedSince: 0, extensions: none }],
    [' (CHANGEDSINCE 1 VANISHED)', { changedSince: 1, extensions: new Map([['VANISHED', true]]) }],
  ])('%j', (wire, value) => {
    const table = new Map([['VANISHED', () => true]]);
    expect(decodeAll(wire, (d) => d.fetchModifiers(table))).toEqual(value);
  });

  test.each([
    [' ', "expected '('"],
    [' ()', 'an empty list'],
    [' (VANISHED)', "unknown FETCH modifier 'VANISHED'"],
    [' (CHANGEDSINCE)', 'expected a space'],
    [' (CHANGEDSINCE x)', 'expected a number'],
    [' (CHANGEDSINCE 1 CHANGEDSINCE 2)', 'stands twice'],
    ['(CHANGEDSINCE 1)', 'expected a space'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.fetchModifiers())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.fetchModifiers())).toThrow(why);
  });
});

describe('storeArguments', () => {
  const base = { silent: false, unchangedSince: null, extensions: none };
  test.each<[string, unknown]>([
    ['FLAGS (\\Seen)', { ...base, action: 'replace', flags: ['\\Seen'] }],
    ['FLAGS ()', { ...base, action: 'replace', flags: [] }],
    ['+FLAGS.SILENT \\seen $X \\SEEN', { ...base, action: 'add', silent: true, flags: ['\\Seen', '$X'] }],
    ['-flags (a)', { ...base, action: 'remove', flags: ['a'] }],
    ['(UNCHANGEDSINCE 0) +FLAGS a', { ...base, action: 'add', flags: ['a'], unchangedSince: 0 }],
  ])('%j', (wire, value) => {
    expect(decodeAll(wire, (d) => d.storeArguments())).toEqual(value);
  });

  test.each([
    ['', 'expected FLAGS'],
    ['FLAGS', 'expected a space'],
    ['FLAGS ', 'expected a flag'],
    ['FLAG (a)', "found 'FLAG'"],
    ['+-FLAGS (a)', 'expected FLAGS'],
    ['FLAGS.LOUD (a)', 'expected FLAGS or FLAGS.SILENT'],
    ['() FLAGS a', 'an empty list of STORE modifiers'],
    ['(UNCHANGEDSINCE 1)FLAGS a', 'expected a space'],
    ['(FOO) FLAGS a', "unknown STORE modifier 'FOO'"],
    ['FLAGS a ', 'expected a flag'],
    [
      `FLAGS ${Array(wireLimits.flagsMax + 1)
        .fill('a')
        .join(' ')}`,
      'more than 200 flags',
    ],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.storeArguments())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.storeArguments())).toThrow(why);
  });
});

describe('selectParameters and createParameters', () => {
  test.each<[string, unknown]>([
    ['', { condstore: false, extensions: none }],
    [' (CONDSTORE)', { condstore: true, extensions: none }],
  ])('SELECT %j', (wire, value) => {
    expect(decodeAll(wire, (d) => d.selectParameters())).toEqual(value);
  });

  test('QRESYNC can come as an extension', () => {
    const table = new Map([
      [
        'QRESYNC',
        () => {
          return 'read';
        },
      ],
    ]);
    expect(decodeAll(' (QRESYNC CONDSTORE)', (d) => d.selectParameters(table))).toEqual({
      condstore: true,
      extensions: new Map([['QRESYNC', 'read']]),
    });
    expect(() => decodeAll(' (QRESYNC)', (d) => d.selectParameters())).toThrow(
      "unknown SELECT parameter 'QRESYNC'",
    );
  });

  test.each<[string, unknown]>([
    ['', { use: null, extensions: none }],
    [' (USE ())', { use: [], extensions: none }],
    [' (USE (\\Sent \\Drafts))', { use: ['\\Sent', '\\Drafts'], extensions: none }],
  ])('CREATE %j', (wire, value) => {
    expect(decodeAll(wire, (d) => d.createParameters())).toEqual(value);
  });

  test.each([
    [' (USE)', 'expected a space'],
    [' (USE \\Sent)', "expected '('"],
    [' (USE (Sent))', "expected '\\'"],
    [' (USE (\\))', 'expected a special-use attribute'],
    [' (USE (\\Sent) USE ())', 'stands twice'],
    [' (FOO)', "unknown CREATE parameter 'FOO'"],
    [' ', "expected '('"],
  ])('CREATE %j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.createParameters())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.createParameters())).toThrow(why);
  });
});
