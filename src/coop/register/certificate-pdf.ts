import type { LegalPerson } from '../house.ts';
import { type Paper, paperOf, printable, qrCode, shownMoney } from '../paper.ts';
import { certificateBytesMax } from './limits.ts';
import type { Certificate } from './types.ts';

/** One page, the same bytes whenever it is made: its date is the day that it speaks of. */
export function certificatePdf(said: Certificate, legal: LegalPerson, url: string): Promise<Buffer> {
  const { day, code } = said;
  const head = { title: `Certificat ${code}`, author: legal.name, day, language: 'fr' };
  return paperOf({ ...head, bytesMax: certificateBytesMax }, (paper) => write(paper, said, legal, url));
}

function write(paper: Paper, said: Certificate, legal: LegalPerson, url: string): void {
  const line = (label: string, value: string) => {
    paper.font('regular').text(`${label} : `, { continued: true });
    paper.font('bold').text(printable(value));
  };
  paper.font('bold').fontSize(18).text(printable(legal.name));
  paper.font('regular').fontSize(10);
  for (const row of [...legal.address, legal.registration].filter((text) => text !== ''))
    paper.text(printable(row));
  paper.moveDown(2).fontSize(16).text('Certificat de parts sociales / Certificate of shares');
  paper.moveDown().fontSize(11);
  const nominal = said.shares * said.nominal;
  line('Membre / Member', `${said.member}, ${said.holder}`);
  line('Au / As of', said.day);
  line(
    'Parts / Shares',
    `${said.shares} x ${shownMoney(said.nominal, said.currency)} = ${shownMoney(nominal, said.currency)}`,
  );
  if (said.uncalled > 0) line('Non libéré / Not paid up', shownMoney(said.uncalled, said.currency));
  line('Mouvement / Movement', `${said.movement.seq} (${said.movement.effective})`);
  line('Journal / Log', `${said.entry.seq} / ${said.log.size}`);
  line('Code', said.code);
  paper.moveDown().fontSize(8).font('regular');
  paper.text('Capital à risque, remboursement non garanti. / Capital at risk, redemption is not guaranteed.');
  if (url === '') return;
  paper.moveDown().text(printable(url));
  qrCode(paper, url);
}
