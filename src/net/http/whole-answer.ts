import type { ClientRequest, IncomingMessage } from 'node:http';

export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Sends a request and holds its answer whole. Rejects with Error where none comes, or one over `bytesMax`. */
export function wholeAnswer(
  request: ClientRequest,
  bytesMax: number,
  body?: string | Buffer,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= bytesMax) {
          pieces.push(piece);
          return;
        }
        reject(new Error(`the answer is longer than ${bytesMax} bytes`));
        request.destroy();
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(pieces) });
      });
    });
    request.end(body);
  });
}
