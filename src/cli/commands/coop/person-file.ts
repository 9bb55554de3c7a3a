import { z } from 'zod';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { absolute, actingCommand } from './acting.ts';
import { writeNew } from './file.ts';
import { newFile, on, onShape, personAt, who } from './parts.ts';

const register = adminCommand<Rooms>()({
  name: ['coop', 'member', 'register'],
  summary: 'write the register as it was at the end of a day, member by member, as CSV',
  parameters: [newFile],
  options: [{ ...on, summary: 'the day; today where it is left out' }],
  schema: z.strictObject({ ...onShape, file: z.string() }),
  gather: async (call) => absolute(call, ['file']),
  async run({ coop }, { file, on: wanted }) {
    const day = wanted ?? coop.today();
    const { members } = await coop.register.totals(day);
    await writeNew(file, coop.register.lines(day));
    return { text: `${file}: ${members} members on ${day}`, json: { file, on: day, members } };
  },
});

const exportCommand = actingCommand({
  name: ['coop', 'member', 'export'],
  summary: 'write all that the register and the ledger keep of a person, to be given to them (.zip)',
  parameters: [who, newFile],
  schema: z.strictObject({ person: z.string(), file: z.string() }),
  paths: ['file'],
  privilege: 'register.read',
  async run({ rooms, coop, actor }, { person, file }) {
    const { number, name } = await personAt(rooms, person);
    await writeNew(file, coop.privacy.archive(actor, number));
    return { text: `${file}: what is kept of ${number}  ${name}`, json: { file, number } };
  },
});

const erase = actingCommand({
  name: ['coop', 'member', 'erase'],
  summary: 'take out for good who somebody was; refused while they hold shares or are owed anything',
  parameters: [who],
  schema: z.strictObject({ person: z.string() }),
  privilege: 'register.write',
  async run({ rooms, coop, actor, key }, { person }) {
    const { number } = await personAt(rooms, person);
    await coop.privacy.erase(actor, { person: number, key });
    return { text: `${number} is erased; movements and entries stay without a name`, json: { number } };
  },
});

export const personFileCommands = [register, exportCommand, erase];
