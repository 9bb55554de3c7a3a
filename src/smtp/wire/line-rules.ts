import { contentLineBytesMax } from '../limits.ts';
import type { ContentFault } from './data-decoder.ts';

const CR = 13;
const LF = 10;

/**
 * The rules of content that came as it is, without doubled dots: the same as those of DATA, for what is taken here may go
 * on by DATA elsewhere (THREATS 1). Any cutting into chunks gives the same answer.
 */
export class LineRules {
  #afterCr = false;
  #lineBytes = 0;
  #fault: ContentFault | null = null;

  /** The first fault met; of several in one chunk the one that is looked for first. */
  get fault(): ContentFault | null {
    return this.#fault;
  }

  write(chunk: Buffer): void {
    if (chunk.length > 0) this.#fault ??= this.#look(chunk);
  }

  /** After the last chunk: a CR at the very end is followed by nothing. */
  end(): void {
    if (this.#afterCr) this.#fault ??= 'bare-cr';
  }

  #look(chunk: Buffer): ContentFault | null {
    if (this.#afterCr && chunk[0] !== LF) return 'bare-cr';
    if (chunk.includes(0)) return 'nul';
    for (let at = 0; at < chunk.length; ) {
      const cr = chunk.indexOf(CR, at);
      const lf = chunk.indexOf(LF, at);
      const end = lf < 0 ? chunk.length : lf;
      if (cr >= 0 && cr < end - 1) return 'bare-cr';
      const hasCr = lf === 0 ? this.#afterCr : cr >= 0 && cr === end - 1;
      if (lf >= 0 && !hasCr) return 'bare-lf';
      this.#lineBytes += end - at - (hasCr && end > at ? 1 : 0);
      if (this.#lineBytes > contentLineBytesMax) return 'long-line';
      this.#afterCr = lf < 0 && hasCr;
      if (lf < 0) break;
      this.#lineBytes = 0;
      at = lf + 1;
    }
    return null;
  }
}
