import { createRequire } from 'node:module';
import { encode } from 'uqr';
import { decimalOf } from './ledger/exports/amount.ts';

/** A page of a PDF while it is written; fonts are called `regular` and `bold`. */
export type Paper = PDFKit.PDFDocument;

export interface PaperHead {
  readonly title: string;
  readonly author: string;
  /** The day that it says it was made on. */
  readonly day: string;
  /** BCP 47. */
  readonly language: string;
  readonly bytesMax: number;
}

// Letters of all of Europe: the fonts that every reader of PDF has know those of its west alone.
const fonts = { regular: '400Regular/NotoSans_400Regular.ttf', bold: '700Bold/NotoSans_700Bold.ttf' };

/** What the fonts have no glyph for is written as `?`. */
export const printable = (text: string): string =>
  text.replace(
    /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{Sc}\p{M} +<=>|~^`°]/gu,
    '?',
  );

export const shownMoney = (minor: number, currency: string): string =>
  `${decimalOf(minor, currency)} ${currency}`;

/** A PDF on A4, the same octets whenever the same is written. */
export async function paperOf(head: PaperHead, write: (paper: Paper) => void): Promise<Buffer> {
  // 110 ms and 30 MB that only who asks for a PDF pays for.
  const { default: PDFDocument } = await import('pdfkit');
  const paper = new PDFDocument({
    ...{ size: 'A4', margin: 64, compress: false, lang: head.language },
    info: {
      ...{ Title: head.title, Author: head.author },
      CreationDate: new Date(`${head.day}T00:00:00Z`),
    },
  });
  const { resolve: fileOf } = createRequire(import.meta.url);
  for (const [name, file] of Object.entries(fonts))
    paper.registerFont(name, fileOf(`@expo-google-fonts/noto-sans/${file}`));
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = new Promise<Buffer>((resolve, reject) => {
    paper.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > head.bytesMax) reject(new RangeError('a document grew too large'));
      else chunks.push(chunk);
    });
    paper.on('end', () => resolve(Buffer.concat(chunks)));
    paper.on('error', reject);
  });
  write(paper);
  paper.end();
  return done;
}

const modulePoints = 2.5;

/** A QR code below what was written last. */
export function qrCode(paper: Paper, text: string): void {
  const { data } = encode(text, { ecc: 'M', border: 4 });
  const [left, top] = [paper.x, paper.y + 8];
  for (const [y, row] of data.entries())
    for (const [x, dark] of row.entries())
      if (dark)
        paper.rect(left + x * modulePoints, top + y * modulePoints, modulePoints, modulePoints).fill('black');
}
