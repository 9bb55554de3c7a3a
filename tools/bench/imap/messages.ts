/** Mail as members have it, the same at every run: threads, a few hundred people, several languages, attachments. */

/** Rare enough that a search for it finds five of 10,000 bodies. */
export const rareWord = 'zanzibarite';
/** In one subject of fifty. */
export const subjectWord = 'ordinary';
export const person = 'person17@elsewhere.example';

const rareEvery = 2_000;
const subjectEvery = 50;
const peopleCount = 300;
const firstMs = Date.UTC(2022, 0, 3, 6, 30);
const betweenMs = 9 * 60_000;

/** Numbers from a seed, the same everywhere. */
function dice(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const syllables = 'ba co di fe gu ha jo ki le mu na po ra si te vo wa xi ye zo än ée ño ør'.split(' ');

function makeWords(): string[] {
  const roll = dice(7);
  return Array.from({ length: 2_000 }, () =>
    Array.from({ length: 1 + roll(4) }, () => syllables[roll(syllables.length)]).join(''),
  );
}

const words = makeWords();

/** A few words are most of what people write. */
function text(roll: (below: number) => number, bytes: number): string {
  const lines: string[] = [];
  let [line, size] = ['', 0];
  while (size < bytes) {
    const word = words[roll(4) === 0 ? roll(words.length) : roll(60)] ?? '';
    line += `${word} `;
    if (line.length < 68) continue;
    lines.push(line.trimEnd());
    size += line.length + 1;
    line = '';
  }
  return `${lines.join('\r\n')}\r\n`;
}

const bodies = Array.from({ length: 400 }, (_, at) => {
  const roll = dice(1_000 + at);
  return text(roll, 800 + roll(6_000));
});

const base64Pool = Array.from({ length: 600 }, (_, at) => {
  const roll = dice(5_000 + at);
  const bytes = Buffer.from(Array.from({ length: 57 }, () => roll(256)));
  return `${bytes.toString('base64')}\r\n`;
});

function attachment(roll: (below: number) => number): string {
  const from = roll(base64Pool.length);
  const lines = 60 + roll(260);
  return Array.from({ length: lines }, (_, at) => base64Pool[(from + at * 7) % base64Pool.length]).join('');
}

const dateText = (index: number) =>
  new Date(firstMs + index * betweenMs).toUTCString().replace('GMT', '+0000');
/** What APPEND takes: a little after the date of the message. */
export function arrivalOf(index: number): string {
  const [, day = '', month, year, time] =
    /(\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(firstMs + index * betweenMs + 4_000).toUTCString()) ?? [];
  return `"${day.padStart(2, ' ')}-${month}-${year} ${time} +0000"`;
}

function header(index: number, roll: (below: number) => number): string {
  const from = roll(peopleCount);
  // Threads of eight, told by References as readers do.
  const thread = Math.floor(index / 40) * 5 + (index % 5);
  const place = Math.floor((index % 40) / 5);
  const ids = Array.from({ length: place }, (_, at) => `<${thread}.${at}@elsewhere.example>`);
  const subject = `${index % subjectEvery === 3 ? `${subjectWord} ` : ''}${words[(thread * 31) % words.length]} ${words[(thread * 17) % words.length]} ${thread}`;
  const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
  const hops = Array.from(
    { length: 3 },
    (_, at) =>
      `Received: from mx${at}.elsewhere.example (mx${at}.elsewhere.example [192.0.2.${at + 1}])\r\n\tby mail.coop.test with ESMTPS id ${index}x${at};\r\n\t${dateText(index)}\r\n`,
  );
  return `Return-Path: <person${from}@elsewhere.example>\r\n${hops.join('')}DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=elsewhere.example; s=s1;\r\n\th=from:to:subject:date; bh=${'Qk'.repeat(21)}=;\r\n\tb=${'Sig'.repeat(20)}\r\nFrom: Person Number ${from} <person${from}@elsewhere.example>\r\nTo: Someone <someone@coop.test>${roll(3) === 0 ? `,\r\n\tperson${roll(peopleCount)}@elsewhere.example` : ''}\r\nSubject: ${place > 0 ? 'Re: ' : ''}${/^[\x20-\x7e]*$/.test(subject) ? subject : encoded}\r\nDate: ${dateText(index)}\r\nMessage-ID: <${thread}.${place}@elsewhere.example>\r\n${place > 0 ? `In-Reply-To: ${ids.at(-1)}\r\nReferences: ${ids.join('\r\n\t')}\r\n` : ''}MIME-Version: 1.0\r\n`;
}

/** Message number `index`, 2 to 30 KB: a third with HTML beside the text, a quarter with an attachment. */
export function message(index: number): Buffer {
  const roll = dice(index + 1);
  const rare = index % rareEvery === 77 ? `${rareWord}\r\n` : '';
  const body = `${index} says\r\n${rare}${bodies[roll(bodies.length)]}`;
  const plain = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
  const kind = roll(12);
  const head = header(index, roll);
  if (kind < 5) return Buffer.from(`${head}${plain}${body}`);
  if (kind < 9) {
    const html = `<html><body><p>${body.replaceAll('\r\n', '</p>\r\n<p>')}</p></body></html>\r\n`;
    return Buffer.from(
      `${head}Content-Type: multipart/alternative; boundary=b${index}\r\n\r\n--b${index}\r\n${plain}${body}--b${index}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${html}--b${index}--\r\n`,
    );
  }
  return Buffer.from(
    `${head}Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n${plain}${body}--b${index}\r\nContent-Type: application/pdf; name="note ${index}.pdf"\r\nContent-Disposition: attachment; filename="note ${index}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${attachment(roll)}--b${index}--\r\n`,
  );
}

/** A short one, where there are very many. */
export function shortMessage(index: number): Buffer {
  const roll = dice(index + 1);
  return Buffer.from(
    `From: person${roll(peopleCount)}@elsewhere.example\r\nTo: someone@coop.test\r\nSubject: note ${index}\r\nDate: ${dateText(index)}\r\nMessage-ID: <note.${index}@elsewhere.example>\r\n\r\n${index} ${words[roll(words.length)]}\r\n`,
  );
}
