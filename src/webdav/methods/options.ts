import { allowOf, optionsHeaders } from '../server/index.ts';
import type { DavMethod } from '../types.ts';

/** What is spoken, and what can be done with what is there. */
export const options: DavMethod = {
  name: 'OPTIONS',
  rfc: 'RFC 4918 §10.1, RFC 9110 §9.3.7',
  on: () => true,
  demands: () => [],
  async run(exchange, found) {
    const { dav } = exchange.visit;
    exchange.send(200, optionsHeaders(dav, allowOf(dav, found)));
  },
};
