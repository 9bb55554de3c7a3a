import { type Clock, StoreError } from '../../base/index.ts';
import type { FilesWriter } from '../../stores/files/index.ts';
import { bareFolder, nothing } from '../bare.ts';
import { DavError } from '../errors.ts';
import type { Collection, Content, Found, Space, Written } from '../types.ts';
import { keepSent } from './place.ts';
import { SentFile } from './sent-file.ts';
import type { Slot, Slots } from './slots.ts';

export interface SentFilesHouse {
  readonly files: FilesWriter;
  readonly slots: Slots;
  /** How long a file is got by its address; null: for ever. */
  readonly keepMs: () => number | null;
}

/** Every path is a token and a name; the name is for people, and is not looked at. */
export function sentFilesSpace(house: SentFilesHouse): Space {
  return {
    name: '',
    admit: async () => ({ ok: true, visitor: { kind: 'guest', token: '' } }),
    async find({ clock }, path): Promise<Found> {
      const [token = '', name = '', ...more] = path;
      if (name === '' || more.length > 0) throw gone();
      const slot = await house.slots.byPut(token);
      if (slot !== null) return { resource: null, parent: openSlot(house, path, slot, clock), name };
      const sent = await house.slots.byGet(token);
      const isOver = sent !== null && sent.expiresMs > 0 && sent.expiresMs <= clock.nowMs();
      const resource = sent && !isOver ? await SentFile.of(house.files, path, sent) : null;
      if (resource === null) throw gone();
      return { ...nothing, resource, name };
    },
  };
}

/** Whatever is asked: nothing was ever here, or it is no more. */
const gone = () => new DavError(404, 'there is nothing here');

const openSlot = (house: SentFilesHouse, path: readonly string[], slot: Slot, clock: Clock): Collection => ({
  ...bareFolder(path.slice(0, 1)),
  kind: 'slot',
  may: (privilege) => privilege === 'bind',
  async create(_name, content): Promise<Written> {
    demandAsSaid(slot, content, clock.nowMs());
    await begin(house.slots, slot.id);
    try {
      const resource = await keep(house, path, slot, content, clock);
      return { resource, created: true, verbatim: true };
    } catch (error) {
      await house.slots.failed(slot.id);
      throw error;
    }
  },
});

/** XEP-0363 §6: the file has the length and the type that were said. DavError. */
function demandAsSaid({ state, size, type, expiresMs }: Slot, content: Content, nowMs: number): void {
  if (state === 'there') throw taken();
  if (expiresMs <= nowMs) throw new DavError(410, 'the slot is over: ask for another one');
  if (content.length === null) throw new DavError(411, 'a file comes with its length');
  if (content.length !== size)
    throw new DavError(content.length > size ? 413 : 400, `the slot is for ${size} bytes`);
  if (type !== '' && content.type !== null && essence(content.type) !== essence(type))
    throw new DavError(415, 'the slot is for another type');
}

const essence = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase();

const taken = () => new DavError(409, 'the slot has its file');

async function begin(slots: Slots, id: number): Promise<void> {
  try {
    await slots.begin(id);
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'conflict') throw taken();
    throw error;
  }
}

async function keep(
  { files, slots, keepMs }: SentFilesHouse,
  path: readonly string[],
  slot: Slot,
  content: Content,
  clock: Clock,
): Promise<SentFile> {
  const { account } = slot;
  const staged = await files.stage(account, content.body, content.length);
  try {
    const type = slot.type === '' ? (content.type ?? '') : slot.type;
    const node = await keepSent(files, account, { name: slot.name, type }, staged, clock.nowMs());
    const keptMs = keepMs();
    const landed = { file: String(node.id), sha256: node.hash };
    await slots.landed(slot.id, { ...landed, expiresMs: keptMs === null ? 0 : clock.nowMs() + keptMs });
    return new SentFile(files, path, node);
  } finally {
    staged.release();
  }
}
