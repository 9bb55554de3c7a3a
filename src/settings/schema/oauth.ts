import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { isLoopback } from '../hosts.ts';
import { readUrl, scalar, text, url } from '../scalars.ts';

/** Where the worth of a token is asked, and as whom. */
export interface Introspection {
  readonly endpoint: URL;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

const introspectionForm = 'an address such as https://client:secret@id.example.org/introspect';

function readIntrospection(value: string): Introspection {
  const endpoint = readUrl(value, ['https', 'http'], introspectionForm);
  if (endpoint.protocol === 'http:' && !isLoopback(endpoint.hostname.replace(/^\[|\]$/g, ''))) {
    throw new FormatError(`expected ${introspectionForm}, found http:// to another machine`);
  }
  if (endpoint.hash !== '') throw new FormatError(`expected ${introspectionForm}, found a # in it`);
  let credentials: Introspection['credentials'];
  try {
    const user = decodeURIComponent(endpoint.username);
    if (user !== '') credentials = { user, password: decodeURIComponent(endpoint.password) };
  } catch {
    throw new FormatError(
      `expected ${introspectionForm}, found a % that encodes nothing in its user or password`,
    );
  }
  endpoint.username = '';
  endpoint.password = '';
  return { endpoint, credentials };
}

/** RFC 6749 §3.3 scope-token. */
const scopeToken = () =>
  scalar('one word of a scope, such as mail', (value) => {
    if (!/^[!#-[\]-~]{1,200}$/.test(value)) throw new FormatError('');
    return value;
  });

/** Tokens of an issuer that the co-op has; without this section no token signs anybody in. */
export const oauthSlice = z
  .strictObject({
    introspection: scalar(introspectionForm, readIntrospection, { secret: true }).meta({
      description:
        'Where the worth of a token is asked (RFC 7662), with the name and the secret that the issuer gave this server.',
      sample: 'https://client:secret@id.example.org/introspect',
    }),
    claim: text(100).prefault('username').meta({
      description: "What of the issuer's answer is the member's address, or its part before the @.",
    }),
    audience: text(500).optional().meta({
      description: 'Whom a token must be for. Set it where the issuer makes tokens for other services too.',
      sample: 'myco',
    }),
    scope: scopeToken().optional().meta({
      description: 'What a token must be good for.',
      sample: 'mail',
    }),
    configuration: url(['https']).optional().meta({
      description: "The issuer's OpenID configuration; mail programs without a token are sent there.",
      sample: 'https://id.example.org/.well-known/openid-configuration',
    }),
  })
  .optional()
  .meta({
    description:
      'Tokens of an identity provider sign members in (OAUTHBEARER, XOAUTH2). Left out: none does.',
    reload: 'restart',
  });
