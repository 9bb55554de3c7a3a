import {
  decodeBody,
  decodeCharset,
  decodeStructure,
  htmlToText,
  type MimePart,
} from '../../formats/mime/index.ts';
import type { EmailContent, MailReader } from '../../stores/mail/index.ts';
import { fold } from './fold.ts';

/**
 * The decoded text of every text part, folded; for the few messages whose stored text does not decide. One part is
 * held at a time beside the result. HTML comes twice: as it stands, and without its tags.
 */
export async function readBodyText(mail: MailReader, content: EmailContent): Promise<string> {
  const texts: string[] = [];
  for (const part of textParts(decodeStructure(content.structure))) {
    if (part.bodyEnd <= part.bodyStart) continue;
    const bytes = await mail.bytes(content.hash, [part.bodyStart, part.bodyEnd]);
    const charset = part.params.find(([name]) => name === 'charset')?.[1] ?? 'us-ascii';
    const text = decodeCharset(decodeBody(bytes, part.encoding), charset);
    texts.push(fold(text));
    if (part.subtype === 'html') texts.push(fold(htmlToText(text)));
  }
  return texts.join('\n');
}

function* textParts(part: MimePart): Generator<MimePart> {
  if (part.type === 'text') yield part;
  for (const child of part.children) yield* textParts(child);
  if (part.message) yield* textParts(part.message.root);
}
