import { smallFileBytesMax } from '../limits.ts';
import { preferencesApplied } from '../server/headers.ts';
import type { Exchange, Written } from '../types.ts';
import { answerWritten } from './answer.ts';
import { canOpen, gathered, headersOf } from './content.ts';

/**
 * Answers what wrote a content. Who prefers `return=representation` (RFC 7240 §4.2) gets it as it is kept, where it is
 * small: the server may have written something of its own into it, and the client needs not read it again.
 */
export async function answerContent(
  exchange: Exchange,
  written: Written,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { resource, created, headers } = written;
  const { visit } = exchange;
  const small = resource.length !== null && resource.length <= smallFileBytesMax;
  if (visit.prefer.return !== 'representation' || !small || !canOpen(resource) || !resource.may('read'))
    return answerWritten(exchange, written, more);
  const body = await gathered(resource.open());
  exchange.send(
    created ? 201 : 200,
    {
      ...headersOf(resource),
      ...headers,
      ...more,
      // RFC 9110 §8.7: what is in the answer is what GET of this would be answered with.
      'Content-Location': visit.href(resource),
      ...preferencesApplied(exchange, false, true),
    },
    body,
  );
}
