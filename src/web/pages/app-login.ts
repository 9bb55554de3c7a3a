import { demand, type Member } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import { page, problem } from '../http/page.ts';
import { signInRefusals } from './sign-in.ts';
import { slowDown } from './sign-in-link.ts';

/** Who is signed in to this browser, and their session. */
async function signedIn(visit: Visit, house: House): Promise<{ member: Member; session: string } | null> {
  const session = readCookie(visit.request, 'session', visit.secure);
  const member = await house.sessions.memberOf(session);
  return member && session !== null ? { member, session } : null;
}

function gone(visit: Visit, house: House): Response {
  const { say } = visit;
  return page(visit, house, {
    title: say.appLoginGoneTitle,
    status: 404,
    body: html`<p>${say.appLoginGone}</p>`,
  });
}

function credentials({ say }: Visit): Html {
  return html`<label for="address">${say.address}</label>
<input id="address" name="address" type="text" inputmode="email" autocapitalize="none" spellcheck="false" autocomplete="username" required>
<label for="password">${say.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
`;
}

interface Asked {
  readonly device: string;
  /** Who is signed in already. */
  readonly member: Member | null;
  readonly refused?: { readonly status: number; readonly text: string };
}

function form(visit: Visit, house: House, { device, member, refused }: Asked): Response {
  const { say, secure } = visit;
  const { field, cookie } = house.forms.seal(visit.request, secure);
  return page(visit, house, {
    title: say.appLoginTitle,
    status: refused?.status ?? 200,
    cookies: [setCookie('form', cookie, secure)],
    body: html`<p>${say.appLoginLead(device)}</p>
${problem(refused?.text ?? null)}<form class="card" method="post">
${field}
${member ? html`<p>${member.address}</p>\n` : credentials(visit)}<button>${say.appLoginGrant}</button>
</form>`,
  });
}

/** GET `/index.php/login/v2/flow/<token>`: an app has begun to sign in, and its member finishes here. */
export async function showAppLogin(visit: Visit, house: House): Promise<Response> {
  const device = house.appLogins?.deviceOf(visit.params.token ?? '') ?? null;
  if (device === null) return gone(visit, house);
  const self = await signedIn(visit, house);
  return form(visit, house, { device, member: self?.member ?? null });
}

/** POST: the app gets a password of its own, good for files alone. */
export async function grantAppLogin(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  const token = visit.params.token ?? '';
  const device = house.appLogins?.deviceOf(token) ?? null;
  if (device === null) return gone(visit, house);
  const self = await signedIn(visit, house);
  if (self) return grant(visit, house, self.member, { token, device, session: self.session });
  const result = await house.accounts.accounts.login({
    username: (fields.get('address') ?? '').trim(),
    password: fields.get('password') ?? '',
    scope: 'api',
    remote: visit.remote,
  });
  if (result.ok) return grant(visit, house, result.member, { token, device, session: null });
  if (result.reason === 'throttled') return slowDown(visit, house, result.retryAfterMs);
  const { status, text } = signInRefusals[result.reason];
  return form(visit, house, { device, member: null, refused: { status, text: text(visit.say) } });
}

async function grant(
  visit: Visit,
  house: House,
  member: Member,
  {
    token,
    device,
    session,
  }: { readonly token: string; readonly device: string; readonly session: string | null },
): Promise<Response> {
  const { say } = visit;
  const resource = { kind: 'account', owner: member.id, granted: [] } as const;
  demand({ kind: 'member', member, scopes: ['api'] }, 'account:write', resource);
  try {
    const { password } = await house.accounts.admin.addAppPassword(member.id, device, ['dav']);
    if (session !== null) house.sessions.keep(session);
    const taken = house.appLogins?.grant(token, { loginName: member.address, appPassword: password });
    if (!taken) return gone(visit, house);
    return page(visit, house, {
      title: say.appLoginDoneTitle,
      body: html`<p>${say.appLoginDone(device)}</p>`,
    });
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'limit') throw error;
    const refused = { status: 409, text: say.tooManyAppPasswords };
    return form(visit, house, { device, member, refused });
  }
}
