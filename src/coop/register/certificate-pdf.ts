import { encode } from 'uqr';
import type { LegalPerson } from '../house.ts';
import { decimalOf } from '../ledger/exports/amount.ts';
import { certificateBytesMax } from './limits.ts';
import type { Certificate } from './types.ts';

/** What the built-in fonts have no glyph for is written without its marks, or as `?`. */
const printable = (text: string): string =>
  Array.from(text, (each) =>
    /[\u0020-\u007e\u00a0-\u00ff\u20ac\u2019]/.test(each)
      ? each
      : each.normalize('NFD').replace(/[^\u0020-\u007e]/g, '') || '?',
  ).join('');

const money = (minor: number, currency: string): string => `${decimalOf(minor, currency)} ${currency}`;

/** One page, the same bytes whenever it is made: its date is the day that it speaks of. */
export async function certificatePdf(said: Certificate, legal: LegalPerson, url: string): Promise<Buffer> {
  // 110 ms and 30 MB that only who asks for a PDF pays for.
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({
    ...{ size: 'A4', margin: 64, compress: false, lang: 'fr' },
    info: {
      ...{ Title: `Certificat ${said.code}`, Author: printable(legal.name) },
      CreationDate: new Date(`${said.day}T00:00:00Z`),
    },
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > certificateBytesMax) reject(new RangeError('a certificate grew too large'));
      else chunks.push(chunk);
    });
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  write(document, said, legal, url);
  document.end();
  return done;
}

function write(document: PDFKit.PDFDocument, said: Certificate, legal: LegalPerson, url: string): void {
  const line = (label: string, value: string) => {
    document.font('Helvetica').text(`${printable(label)} : `, { continued: true });
    document.font('Helvetica-Bold').text(printable(value));
  };
  document.font('Helvetica-Bold').fontSize(18).text(printable(legal.name));
  document.font('Helvetica').fontSize(10);
  for (const row of [...legal.address, legal.registration].filter((text) => text !== ''))
    document.text(printable(row));
  document.moveDown(2).fontSize(16).text('Certificat de parts sociales / Certificate of shares');
  document.moveDown().fontSize(11);
  const nominal = said.shares * said.nominal;
  line('Membre / Member', `${said.member}, ${said.holder}`);
  line('Au / As of', said.day);
  line(
    'Parts / Shares',
    `${said.shares} x ${money(said.nominal, said.currency)} = ${money(nominal, said.currency)}`,
  );
  if (said.uncalled > 0) line('Non libéré / Not paid up', money(said.uncalled, said.currency));
  line('Mouvement / Movement', `${said.movement.seq} (${said.movement.effective})`);
  line('Journal / Log', `${said.entry.seq} / ${said.log.size}`);
  line('Code', said.code);
  document.moveDown().fontSize(8).font('Helvetica');
  document.text(
    printable(
      'Capital à risque, remboursement non garanti. / Capital at risk, redemption is not guaranteed.',
    ),
  );
  if (url === '') return;
  document.moveDown().text(printable(url));
  qrCode(document, url);
}

function qrCode(document: PDFKit.PDFDocument, url: string): void {
  const { data } = encode(url, { ecc: 'M', border: 4 });
  const [left, top, module] = [document.x, document.y + 8, 2.5];
  for (const [y, row] of data.entries())
    for (const [x, dark] of row.entries())
      if (dark) document.rect(left + x * module, top + y * module, module, module).fill('black');
}
