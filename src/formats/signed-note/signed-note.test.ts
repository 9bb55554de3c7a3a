import { describe, expect, test } from 'vitest';
import { checkpointText, noteSigner, openNote, readCheckpoint } from './index.ts';

describe('a signed note', () => {
  // The example of the specification's reference implementation.
  const verifierKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

  test('is what others make of the same key and text', () => {
    const signer = noteSigner('PeterNeumann', seed);
    expect(signer.verifierKey).toBe(verifierKey);
    expect(signer.sign(text)).toBe(note);
    expect(openNote(note, verifierKey)).toBe(text);
  });

  test('signatures of others stand beside it', () => {
    const other = noteSigner('other.example', Buffer.alloc(32, 1));
    const both = note + other.sign(text).slice(text.length + 1);
    expect(openNote(both, verifierKey)).toBe(text);
    expect(openNote(both, other.verifierKey)).toBe(text);
  });

  test.each([
    ['another text', note.replace('answer', 'Answer'), 'not that of this text'],
    ['nobody below', `${text}\n`, 'no signature'],
    ['nobody known', noteSigner('x', seed).sign(text), 'did not sign'],
    ['no empty line', text, 'empty line'],
    ['a broken line', note.replace('— ', '- '), 'no signature'],
  ])('%s is refused', (_, wrong, complaint) => {
    expect(() => openNote(wrong, verifierKey)).toThrow(complaint);
  });

  test('what is no key, no name and no text is refused', () => {
    expect(() => openNote(note, verifierKey.replace('c74f', 'c74e'))).toThrow('no verifier key');
    expect(() => noteSigner('two words', seed)).toThrow('no name');
    expect(() => noteSigner('a', seed.subarray(1))).toThrow('32 octets');
    expect(() => noteSigner('a', seed).sign('no end')).toThrow('line feed');
    expect(() => noteSigner('a', seed).sign('a\n\nb\n')).toThrow('empty line');
  });
});

describe('a checkpoint', () => {
  const root = Buffer.alloc(32, 5);

  test('is three lines, and is read again', () => {
    const text = checkpointText({ origin: 'coop.example/ledger', size: 7, root });
    expect(text).toBe(`coop.example/ledger\n7\n${root.toString('base64')}\n`);
    expect(readCheckpoint(`${text}extension\n`)).toEqual({ origin: 'coop.example/ledger', size: 7, root });
  });

  test.each([
    ['no size', `a\n-1\n${root.toString('base64')}\n`],
    ['a size with zeros before it', `a\n07\n${root.toString('base64')}\n`],
    ['half a root', 'a\n7\nAAAA\n'],
    ['no origin', `\n7\n${root.toString('base64')}\n`],
  ])('%s is refused', (_, text) => {
    expect(() => readCheckpoint(text)).toThrow('a checkpoint has');
  });
});
