import { Readable } from 'node:stream';
import { remoteKey } from '../../accounts/index.ts';
import { zipOf } from '../../formats/zip/index.ts';
import { disposition } from '../../net/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { zipIdleMsMax, zipStillMs, zipsMax, zipsPerNetworkMax } from '../limits.ts';
import { entriesOf, fits, nameInZip } from './walk.ts';

export interface Wish {
  readonly node: FileNode;
  /** What the folder is called to the visitor. */
  readonly name: string;
  /** Whether they may still have it; asked now and then. */
  still(): Promise<boolean>;
}

type Desk = Pick<House, 'clock' | 'files'>;

/** Archives that are being sent, by the networks they go to. */
const underWay = new WeakMap<Desk, string[]>();

/** An archive is read while it is sent: who takes nothing of it is cut off, and whom it is taken from as well. */
async function* watched(house: Desk, wish: Wish, stop: (error: Error) => void): AsyncGenerator<Buffer> {
  const { clock, files } = house;
  let asked = clock.monotonicMs();
  for await (const piece of zipOf(entriesOf(files, { node: wish.node, path: nameInZip(wish.name) }))) {
    if (clock.monotonicMs() - asked >= zipStillMs) {
      if (!(await wish.still())) throw new Error('the folder was taken back');
      asked = clock.monotonicMs();
    }
    const timer = setTimeout(() => stop(new Error('nobody takes the archive')), zipIdleMsMax);
    try {
      yield piece;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Null: too many are being sent. It takes its turn until it is closed. */
function begin(visit: Pick<Visit, 'remote'>, house: Desk, wish: Wish): Readable | null {
  const running = underWay.get(house) ?? [];
  underWay.set(house, running);
  const network = remoteKey(visit.remote);
  if (running.length >= zipsMax || running.filter((each) => each === network).length >= zipsPerNetworkMax)
    return null;
  running.push(network);
  const stream: Readable = Readable.from(
    watched(house, wish, (error) => stream.destroy(error)),
    { objectMode: false },
  );
  stream.once('close', () => running.splice(running.indexOf(network), 1));
  return stream;
}

/**
 * A folder as one .zip, made while it is sent. 'too-much': it has more names than are held for one; 'busy': others are being
 * sent. `counted` is asked last: false sends nothing, and is answered with 'gone'.
 */
export async function sendArchive(
  visit: Pick<Visit, 'remote' | 'request'>,
  house: Desk,
  wish: Wish,
  counted: () => Promise<boolean> = async () => true,
): Promise<Response | 'too-much' | 'busy' | 'gone'> {
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': disposition('attachment', `${wish.name}.zip`),
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    'cache-control': 'private, no-store',
  };
  if (visit.request.method === 'HEAD') return new Response(null, { headers });
  const stream = begin(visit, house, wish);
  if (!stream) return 'busy';
  try {
    const isGood = await fits(house.files, { node: wish.node, path: nameInZip(wish.name) });
    if (isGood && (await counted()))
      return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { headers });
    stream.destroy();
    return isGood ? 'gone' : 'too-much';
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
