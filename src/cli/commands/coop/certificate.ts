import { z } from 'zod';
import { type CertificateVerdict, verifyPath } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { webAddress } from '../../../web/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { shownMoney } from './amount.ts';
import { writeNew } from './file.ts';
import { on, onShape, personAt, who } from './parts.ts';

const make = actingCommand({
  name: ['coop', 'certificate', 'make'],
  summary: 'write a certificate of the shares that somebody held, with its proof; prints its code',
  parameters: [who, { name: 'file', summary: 'where it is written, .pdf or .json; there must be none yet' }],
  options: [{ ...on, summary: 'the day that it speaks of; today where it is left out' }],
  schema: z.strictObject({
    ...onShape,
    person: z.string(),
    file: z.string().regex(/\.(pdf|json)$/, 'a file whose name ends in .pdf or .json'),
  }),
  paths: ['file'],
  privilege: 'register.read',
  async run({ rooms, coop, actor }, { person, file, on: day = coop.today() }) {
    const { number } = await personAt(rooms, person);
    const made = await coop.certificates.issue(actor, { person: number, day });
    const content = file.endsWith('.pdf')
      ? await coop.certificates.pdf(made, webAddress(rooms.settings.value, verifyPath(made.code)))
      : `${JSON.stringify(made, null, 2)}\n`;
    await writeNew(file, content);
    const text = `${file}: ${made.shares} shares of ${made.holder} on ${day}\ncode ${made.code}`;
    return { text, json: { file, ...made } };
  },
});

function shown({ certificate, holds, sharesNow }: CertificateVerdict): string {
  const { member, holder, day, shares, uncalled, nominal, currency } = certificate;
  const rows = [
    ...[
      ['member', `${member}  ${holder}`],
      ['on', day],
    ],
    ['shares', `${shares}, ${shownMoney(shares * nominal, currency)}`],
    ['not paid up', shownMoney(uncalled, currency)],
    ['today', `${sharesNow} shares`],
    ['verdict', holds ? 'the register says the same' : 'the register says something else'],
  ];
  return table(rows);
}

const verify = adminCommand<Rooms>()({
  name: ['coop', 'certificate', 'verify'],
  summary: 'what a certificate said, and whether the register says so still; ends with 1 where it does not',
  parameters: [{ name: 'code', summary: 'that stands on it' }],
  schema: z.strictObject({ code: z.string() }),
  async run({ coop }, { code }) {
    const verdict = await coop.certificates.verify(code);
    if (verdict === null)
      return { text: 'no such certificate was made', json: { certificate: null, holds: false }, status: 1 };
    return { text: shown(verdict), json: verdict, status: verdict.holds ? 0 : 1 };
  },
});

export const certificateCommands = [make, verify];
