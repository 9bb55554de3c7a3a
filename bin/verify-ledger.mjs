#!/usr/bin/env node
/**
 * Checks what a co-op says of its money, on any machine: node verify-ledger.mjs [--key KEY] FILE…
 * Files, in any order: an export of the ledger (.jsonl), checkpoints that somebody kept, proofs of a pay, receipts of an entry.
 * This one file is all there is: it uses Node alone (18 or newer) and asks nobody. docs/MONEY.md says what is hashed.
 * Ends with 0 where all is as it is said, with 1 where something is not, with 2 where it was not asked well.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hex = (text) => {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) throw new Error(`'${text}' is no hash`);
  return Buffer.from(text, 'hex');
};

/** RFC 8785, for what stands in an entry: texts, whole numbers, lists and objects. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'string' || Number.isSafeInteger(value)) return JSON.stringify(value);
  if (value === null || typeof value !== 'object') throw new Error(`an entry does not hold ${value}`);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

const leafOf = (hash) => sha256(Buffer.of(0), hash);
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);

/** The tree of RFC 6962 while it grows: its whole subtrees. */
class Tree {
  size = 0;
  #peaks = [];

  append(leaf) {
    let hash = leaf;
    for (let bit = this.size; bit % 2 === 1; bit = (bit - 1) / 2) hash = nodeOf(this.#peaks.pop(), hash);
    this.#peaks.push(hash);
    this.size++;
  }

  root() {
    if (this.size === 0) return sha256();
    return this.#peaks.reduceRight((right, left) => nodeOf(left, right));
  }
}

/** C2SP signed-note: the text above the signatures, and whether the key signed it. */
function openNote(note, key) {
  const at = note.lastIndexOf('\n\n');
  if (at < 0) throw new Error('a checkpoint has an empty line before its signatures');
  const text = note.slice(0, at + 1);
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(key) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (bytes.length !== 33 || sha256(`${name}\n`, bytes).toString('hex', 0, 4) !== id)
    throw new Error(`'${key}' is no key of a log`);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const isSigned = note
    .slice(at + 2)
    .split('\n')
    .some((line) => {
      const [, by, signed] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
      const signature = Buffer.from(signed ?? '', 'base64');
      if (by !== name || signature.toString('hex', 0, 4) !== id) return false;
      return verify(null, Buffer.from(text), publicKey, signature.subarray(4));
    });
  const [origin, size, root] = text.split('\n');
  return { origin, size: Number(size), root: Buffer.from(root ?? '', 'base64'), isSigned };
}

/** RFC 9162 §2.1.3.2: whether the leaf is in the tree. */
function isIncluded({ index, size, leaf, root }, proof) {
  if (!(index >= 0 && index < size)) return false;
  const sides = [];
  for (let [from, until] = [0, size]; until - from > 1; ) {
    let half = 1;
    while (half * 2 < until - from) half *= 2;
    if (index < from + half) {
      sides.unshift('right');
      until = from + half;
    } else {
      sides.unshift('left');
      from += half;
    }
  }
  if (sides.length !== proof.length) return false;
  const found = proof.reduce(
    (hash, beside, at) => (sides[at] === 'left' ? nodeOf(beside, hash) : nodeOf(hash, beside)),
    leaf,
  );
  return found.equals(root);
}

const octets = (amount) => {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new Error(`${amount} is no amount of a pay`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(amount));
  return bytes;
};

/** COOP.md §4, the tree of sums: whether the pay is counted in the sum that the root says. */
function isPaid({ id, salt, paid, steps, root }) {
  let sum = paid;
  let hash = sha256(Buffer.of(0), 'sum', sha256(hex(salt), String(id)), octets(paid));
  for (const step of steps) {
    const beside = [octets(step.sum), hex(step.hash)];
    const own = [octets(sum), hash];
    const [left, right] = step.side === 'left' ? [beside, own] : [own, beside];
    hash = sha256(Buffer.of(1), 'sum', ...left, ...right);
    sum += step.sum;
    octets(sum);
  }
  return sum === root.sum && hash.toString('hex') === root.hash;
}

/** What is found goes to `say`; what is wrong to `fault`. */
export class Verifier {
  #say;
  #fault;
  /** Of the log: what the reader kept, else what the export says. */
  #key;
  #keptKey;
  /** Checkpoints from elsewhere that the export must pass through, by size. */
  #kept = new Map();
  #proofs = [];

  constructor({ say, fault, key = null }) {
    this.#say = say;
    this.#fault = fault;
    this.#key = key;
    this.#keptKey = key !== null;
  }

  keepCheckpoint(printed) {
    // `myco ledger checkpoint` prints the key below it.
    const note = printed.replace(/\n\nverifier key: .*\n?$/, '\n');
    const [, size] = note.split('\n');
    this.#kept.set(Number(size), note);
  }

  keepProof(proof) {
    this.#proofs.push(proof);
  }

  /** An export, line by line. */
  async ledger(lines) {
    const state = { tree: new Tree(), hash: null, own: new Map(), header: null, roots: new Map() };
    for await (const line of lines) {
      if (line.trim() !== '') this.#line(JSON.parse(line), state);
    }
    const { header, tree, hash, own } = state;
    if (header === null) throw new Error('this is no export of a ledger');
    if (tree.size !== header.size || (tree.size > 0 && hash.toString('hex') !== header.head))
      this.#fault(`the export says ${header.size} entries and has ${tree.size}`);
    this.#say(`${tree.size} entries of ${header.coop}, each chained to the one before`);
    for (const size of this.#kept.keys())
      if (size > tree.size) this.#fault(`a checkpoint has ${size} entries, the export ${tree.size}`);
    for (const { name, sums, postings } of own.values()) {
      const held = [...sums].map(([asset, sum]) => `${sum} ${asset}`).join(', ') || 'nothing';
      this.#say(`${name}: ${postings} postings, together ${held} (smallest units, owed to you below zero)`);
    }
    for (const proof of this.#proofs.filter(({ steps }) => steps !== undefined)) this.#pay(proof, state);
    if (!this.#keptKey && this.#key !== null)
      this.#say(
        'the key of the checkpoints is the one in the export: compare it with one that you were given before',
      );
  }

  #line(line, state) {
    if (state.header === null) {
      if (line.format !== 'coop-ledger/1') throw new Error('this is no export of a ledger');
      state.header = line;
      state.hash = sha256('coop-ledger/v1\0', line.coop);
      this.#key ??= line.key ?? null;
      if (this.#keptKey && line.key !== this.#key) this.#say('the export has another key than the one given');
    } else if (line.account !== undefined) {
      const shown = sha256(hex(line.salt), line.account).toString('hex');
      state.own.set(shown, { name: line.account, sums: new Map(), postings: 0 });
    } else if (line.checkpoint !== undefined) this.#checkpoint(line.checkpoint, state, 'the export');
    else this.#entry(line, state);
  }

  #entry({ seq, hash, entry }, state) {
    const at = state.tree.size + 1;
    if (seq !== at) this.#fault(`entry ${at} is missing: after ${at - 1} comes ${seq}`);
    if (entry !== undefined) {
      const found = sha256('coop-entry/v1\0', state.hash, canonical(entry)).toString('hex');
      if (found !== hash || entry.seq !== seq) this.#fault(`entry ${seq} is not what the chain says`);
      this.#postings(entry, state);
    }
    state.hash = hex(hash);
    state.tree.append(leafOf(state.hash));
    const kept = this.#kept.get(state.tree.size);
    if (kept !== undefined) this.#checkpoint(kept, state, 'you');
  }

  #postings({ seq, key, memo, postings }, { own, roots }) {
    const totals = new Map();
    for (const [account, asset, amount] of postings) {
      totals.set(asset, (totals.get(asset) ?? 0n) + BigInt(amount));
      const mine = own.get(account);
      if (mine === undefined) continue;
      mine.sums.set(asset, (mine.sums.get(asset) ?? 0) + amount);
      mine.postings++;
    }
    for (const [asset, total] of totals)
      if (total !== 0n) this.#fault(`entry ${seq} is ${total} ${asset} away from nothing`);
    const total = postings.reduce((sum, [, , amount]) => (amount > 0 ? sum + BigInt(amount) : sum), 0n);
    for (const [root] of memo.matchAll(/\b[0-9a-f]{64}\b/g)) roots.set(`${key} ${root}`, { total, postings });
  }

  /** A tree of sums is worth what the books say of it: that it is of this month, of all that was paid, and of this pay. */
  #pay({ id, month, paid, root }, { roots, own }) {
    const said = roots.get(`payout:${month} ${root.hash}`);
    if (said === undefined) return this.#fault(`the ledger does not say the sum of ${month}`);
    if (said.total !== BigInt(root.sum))
      this.#fault(`the ledger pays ${said.total} for ${month}, and the sum is ${root.sum}`);
    const name = `member:${id}`;
    const shown = [...own].find(([, account]) => account.name === name)?.[0];
    if (shown === undefined) return undefined;
    const booked = said.postings.reduce(
      (sum, [account, , amount]) => (account === shown ? sum - amount : sum),
      0,
    );
    if (booked !== paid) this.#fault(`the ledger owes ${booked} for ${month}, and the pay is ${paid}`);
    return undefined;
  }

  #checkpoint(note, { tree, header }, whose) {
    if (this.#key === null) throw new Error('a checkpoint needs the key of the log: --key KEY');
    const { origin, size, root, isSigned } = openNote(note, this.#key);
    const named = `the checkpoint of ${whose} at ${size} entries`;
    if (!isSigned) this.#fault(`${named} is not signed by the key`);
    if (origin !== `${header.coop}/ledger`) this.#fault(`${named} is that of another log, ${origin}`);
    if (size !== tree.size) this.#fault(`${named} stands behind entry ${tree.size}`);
    else if (root.equals(tree.root())) this.#say(`${named} is what the entries say`);
    else this.#fault(`${named} is not what the entries say`);
  }

  /** What needs no export: that a pay is counted in its sum, that an entry is in a signed tree. */
  proofs() {
    for (const proof of this.#proofs) {
      if (proof.steps !== undefined) {
        const named = `the pay of ${proof.paid} in ${proof.month}`;
        if (isPaid(proof)) this.#say(`${named} is counted in the sum of ${proof.root.sum}`);
        else this.#fault(`${named} is not counted in the sum of ${proof.root.sum}`);
        continue;
      }
      if (this.#key === null) throw new Error('a receipt needs the key of the log: --key KEY');
      const { seq, hash, note } = proof;
      const { size, root, isSigned } = openNote(note, this.#key);
      const claim = { index: seq - 1, size, leaf: leafOf(hex(hash)), root };
      if (isSigned && isIncluded(claim, proof.proof.map(hex)))
        this.#say(`entry ${seq} is in the signed tree of ${size} entries`);
      else this.#fault(`entry ${seq} is not in a signed tree of ${size} entries`);
    }
  }
}

/** What a file is, by how it begins. */
function beginningOf(file) {
  const bytes = Buffer.alloc(200);
  const handle = openSync(file, 'r');
  const count = readSync(handle, bytes, 0, bytes.length, 0);
  closeSync(handle);
  return bytes.toString('utf8', 0, count);
}

export async function main(args, { out, err }) {
  const at = args.indexOf('--key');
  const key = at < 0 ? null : args[at + 1];
  const files = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  if (files.length === 0 || key === undefined || files.some((file) => file.startsWith('-'))) {
    err('node verify-ledger.mjs [--key KEY] FILE…');
    return 2;
  }
  let faults = 0;
  const fault = (what) => {
    faults++;
    err(`WRONG: ${what}`);
  };
  try {
    const verifier = new Verifier({ say: out, fault, key });
    const ledgers = [];
    for (const file of files) {
      const beginning = beginningOf(file);
      if (beginning.startsWith('{"format":"coop-ledger/1"')) ledgers.push(file);
      else if (beginning.trimStart().startsWith('{'))
        verifier.keepProof(JSON.parse(readFileSync(file, 'utf8')));
      else verifier.keepCheckpoint(readFileSync(file, 'utf8'));
    }
    for (const file of ledgers)
      await verifier.ledger(
        createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }),
      );
    verifier.proofs();
  } catch (error) {
    fault(error instanceof Error ? error.message : String(error));
  }
  if (faults === 0) out('all of it is as it is said');
  return faults === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  });
}
