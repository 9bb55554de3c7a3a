import type { MycoSettings } from '../settings/index.ts';

/** The address of a page as others reach it: the https door (or, without one, the http door) under the server's name. */
export function webAddress(settings: MycoSettings, path: string): string {
  const { listeners, coop } = settings;
  const [https] = listeners.https;
  const [http] = listeners.http;
  const host = coop.hostname.endsWith('.localhost') ? 'localhost' : coop.hostname;
  const at = (scheme: string, port: number, usual: number) =>
    `${scheme}://${host}${port === usual ? '' : `:${port}`}${path}`;
  if (https) return at('https', https.port, 443);
  return http ? at('http', http.port, 80) : path;
}

export function signInAddress(settings: MycoSettings, token: string): string {
  return webAddress(settings, `/sign-in/${token}`);
}
