import { createIntrospection, type TokenVerifier } from '../accounts/index.ts';
import { systemClock } from '../base/index.ts';
import { createPostForm } from '../net/index.ts';
import type { MycoSettings } from '../settings/index.ts';

/** The issuer whose tokens sign members in, where `auth.oauth` names one. */
export function tokenIssuer({ auth }: MycoSettings): { readonly tokens?: TokenVerifier } {
  if (auth.oauth === undefined) return {};
  const { introspection, claim, audience, scope, configuration } = auth.oauth;
  const { endpoint, credentials } = introspection;
  const tokens = createIntrospection({
    endpoint,
    ...(credentials === undefined ? {} : { credentials }),
    claim,
    audience: audience ?? null,
    scope: scope ?? null,
    configuration: configuration?.href ?? null,
    clock: systemClock,
    post: createPostForm(),
  });
  return { tokens };
}
