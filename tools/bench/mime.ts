/** How fast `formats/mime` reads messages: small mail, a large attachment, and input made to be slow. */
import { systemClock } from '../../src/base/index.ts';
import {
  bodyStructureText,
  createMimeParser,
  encodeStructure,
  envelopeText,
  parseMessage,
} from '../../src/formats/mime/index.ts';

const roundMsMin = 400;
const chunkBytes = 65_536;
const header =
  'Received: from mx.example.org by mail.example.net; Mon, 7 Feb 1994 21:52:26 -0800\r\n'.repeat(4) +
  'From: =?utf-8?Q?Andr=C3=A9?= <a@example.org>\r\nTo: b@example.net, "C, D" <c@example.net>\r\n' +
  'Date: Mon, 7 Feb 1994 21:52:25 -0800\r\nSubject: Re: [list] =?utf-8?B?w6l0w6k=?=\r\nMessage-ID: <m@example.org>\r\n';
const base64Line = `${'QUJD'.repeat(19)}\r\n`;

function smallMail(): Buffer {
  const plain = 'Bonjour, voici l=E2=80=99ordre du jour de la prochaine r=C3=A9union.\r\n'.repeat(60);
  const html =
    '<p>Bonjour, voici <b>l&rsquo;ordre</b> du jour de la prochaine r&eacute;union.</p>\r\n'.repeat(60);
  return Buffer.from(
    `${header}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Transfer-Encoding: quoted-printable\r\n\r\n${plain}--b\r\nContent-Type: text/html\r\n\r\n${html}--b--\r\n`,
  );
}

function largeMail(): Buffer {
  const lines = Math.ceil(5_000_000 / base64Line.length);
  return Buffer.from(
    `${header}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nvoici\r\n--b\r\nContent-Type: application/pdf\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${base64Line.repeat(lines)}--b--\r\n`,
  );
}

function hostileMail(): Buffer {
  const open = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(49);
  return Buffer.from(`${open}${'--x\r\n'.repeat(200_000)}`);
}

function inChunks(message: Buffer): void {
  const parser = createMimeParser();
  for (let at = 0; at < message.length; at += chunkBytes) parser.write(message.subarray(at, at + chunkBytes));
  parser.end();
}

function atDelivery(message: Buffer): void {
  const { envelope, root } = parseMessage(message);
  envelopeText(envelope);
  bodyStructureText(root, true);
  bodyStructureText(root, false);
  encodeStructure(root);
}

/** The best of five rounds, milliseconds a message. */
function measure(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = systemClock.monotonicMs();
    let count = 0;
    do {
      work();
      count++;
    } while (systemClock.monotonicMs() - start < roundMsMin);
    best = Math.min(best, (systemClock.monotonicMs() - start) / count);
  }
  return best;
}

export async function run(): Promise<void> {
  const rows: [string, Buffer, (message: Buffer) => void][] = [
    ['small mail, parse', smallMail(), parseMessage],
    ['small mail, all that delivery stores', smallMail(), atDelivery],
    ['large attachment, whole', largeMail(), parseMessage],
    ['large attachment, 64 KiB chunks', largeMail(), inChunks],
    ['false delimiters, 49 deep', hostileMail(), parseMessage],
  ];
  for (const [name, message, work] of rows) {
    const ms = measure(() => work(message));
    const speed = `${(message.length / 1_000 / ms).toFixed(0)} MB/s`;
    const size = `${(message.length / 1_000).toFixed(0)} KB`;
    const cells = [name.padEnd(38), size.padStart(8), `${ms.toFixed(3)} ms`.padStart(12), speed.padStart(10)];
    process.stdout.write(`${cells.join(' ')} ${(1_000 / ms).toFixed(0).padStart(8)}/s\n`);
  }
}
