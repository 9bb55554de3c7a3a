import { falseHelloPointsCount, plainHelloPointsCount } from './limits.ts';
import { octetsOf } from './network-of.ts';
import { type Guard, pass, suspicious } from './types.ts';

/** What a peer calls itself (RFC 5321 §4.1.1.1): points where it cannot be true, or is no name. */
export function helloName(own: { readonly hostname: string; readonly domain: string }): Guard {
  const ours = new Set([own.hostname.toLowerCase(), own.domain.toLowerCase(), 'localhost']);
  return {
    name: 'hello-name',
    hello({ hello, address }) {
      const name = hello.toLowerCase().replace(/\.$/, '');
      if (ours.has(name) || octetsOf(name) !== null) return suspicious(falseHelloPointsCount);
      if (name.startsWith('[')) {
        const literal = octetsOf(name.replace(/^\[(?:ipv6:)?|\]$/g, ''));
        const isTrue = literal !== null && literal.join('.') === octetsOf(address)?.join('.');
        return suspicious(isTrue ? plainHelloPointsCount : falseHelloPointsCount);
      }
      return name.includes('.') ? pass : suspicious(plainHelloPointsCount);
    },
  };
}
