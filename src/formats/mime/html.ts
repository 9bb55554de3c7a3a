const latin1Names =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml';
const entities = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['euro', '€'],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bull', '•'],
  ['oelig', 'œ'],
  ['OElig', 'Œ'],
  ['trade', '™'],
  ['zwnj', ''],
  ['zwj', ''],
  ...latin1Names.split(' ').map((name, i): [string, string] => [name, String.fromCharCode(160 + i)]),
]);
/** Elements inside a line: their tags leave no space. */
const inline = new Set(
  'a abbr acronym b bdi bdo big cite code del em font i ins kbd mark q s samp small span strike strong sub sup tt u var'.split(
    ' ',
  ),
);
/** Elements whose content is not text of the document. */
const hidden = new Set(['script', 'style', 'title', 'template', 'noscript']);
const nameCharsMax = 16;
const referenceCharsMax = 12;
const reference = /^&(#(?:\d{1,7}|x[0-9a-f]{1,6})|[a-z][a-z0-9]{1,7});?/i;

/** The text of HTML: tags, comments, scripts and styles gone, character references resolved. Linear; never throws. */
export function htmlToText(html: string): string {
  let out = '';
  let textFrom = 0;
  let quotesBroken = false;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', textFrom)) {
    const code = html.charCodeAt(at + 1) | 32;
    const isTag = (code >= 97 && code <= 122) || '/!?'.includes(html[at + 1] ?? ' ');
    if (!isTag) {
      out += html.slice(textFrom, at + 1);
      textFrom = at + 1;
      continue;
    }
    out += html.slice(textFrom, at);
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      textFrom = end < 0 ? html.length : end + 3;
      continue;
    }
    const { name, closing } = tagName(html, at);
    const tag = tagEnd(html, at + 1, quotesBroken);
    quotesBroken ||= tag.broken;
    textFrom = !closing && hidden.has(name) ? hiddenEnd(html, tag.end, name) : tag.end;
    if (!inline.has(name)) out += '\n';
  }
  return decodeEntities(out + html.slice(textFrom));
}

/** `&eacute;`, `&#233;`, `&#xe9;`; what is unknown stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    const match = reference.exec(text.slice(at, at + referenceCharsMax));
    const value = match && referenced(match[1] ?? '');
    if (!match || value === undefined || value === null) continue;
    out += text.slice(from, at) + value;
    from = at + match[0].length;
  }
  return out + text.slice(from);
}

function referenced(name: string): string | undefined {
  if (!name.startsWith('#')) return entities.get(name) ?? entities.get(name.toLowerCase());
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? String.fromCodePoint(code) : '\ufffd';
}

/** The name after `<` or `</`, lower-case; longer ones than any that matters are cut. */
function tagName(html: string, at: number): { name: string; closing: boolean } {
  const closing = html.charCodeAt(at + 1) === 47;
  const from = closing ? at + 2 : at + 1;
  let to = from;
  while (to < from + nameCharsMax && isNameChar(html.charCodeAt(to))) to++;
  return { name: html.slice(from, to).toLowerCase(), closing };
}

function isNameChar(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57);
}

/** After the `>` of a tag; one inside a quoted attribute does not count, unless its quote never closes. */
function tagEnd(html: string, from: number, quotesBroken: boolean): { end: number; broken: boolean } {
  let broken = quotesBroken;
  for (let i = from; i < html.length; i++) {
    const char = html[i];
    if (char === '>') return { end: i + 1, broken };
    if ((char === '"' || char === "'") && html[i - 1] === '=' && !broken) {
      const close = html.indexOf(char, i + 1);
      if (close < 0) broken = true;
      else i = close;
    }
  }
  return { end: html.length, broken };
}

/** After the closing tag of a hidden element; its end, with all that follows, where it is never closed. */
function hiddenEnd(html: string, from: number, name: string): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  if (!closing.test(html)) return html.length;
  return tagEnd(html, closing.lastIndex, true).end;
}
