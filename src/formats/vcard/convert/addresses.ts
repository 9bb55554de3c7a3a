/** `xmpp` and an address -> a URI; '@', ':' and '/' stay readable. */
export function addressUri(scheme: string, address: string): string {
  return `${scheme}:${encodeURIComponent(address).replaceAll('%40', '@').replaceAll('%3A', ':').replaceAll('%2F', '/')}`;
}

/** The address of a URI of that scheme; null where it is another, or says more than an address. */
export function decodeComponent(uri: string, scheme: string): string | null {
  const text = uri.trim();
  if (text.slice(0, scheme.length + 1).toLowerCase() !== `${scheme}:`) return null;
  const rest = text.slice(scheme.length + 1);
  if (rest === '' || /[?;#]/.test(rest)) return null;
  try {
    return decodeURIComponent(rest);
  } catch {
    return null;
  }
}
