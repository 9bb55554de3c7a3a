/** Media types of the usual suffixes, as IANA registers them; what is not here is octets. */
const suffixes: Readonly<Record<string, string>> = {
  'application/epub+zip': 'epub',
  'application/gzip': 'gz tgz',
  'application/json': 'json map',
  'application/geo+json': 'geojson',
  'application/msword': 'doc dot',
  'application/ogg': 'ogx',
  'application/pdf': 'pdf',
  'application/pgp-encrypted': 'pgp gpg',
  'application/pgp-signature': 'sig',
  'application/postscript': 'ps eps ai',
  'application/rtf': 'rtf',
  'application/sql': 'sql',
  'application/vnd.android.package-archive': 'apk',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-outlook': 'msg',
  'application/vnd.ms-powerpoint': 'ppt pps',
  'application/vnd.oasis.opendocument.graphics': 'odg',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.rar': 'rar',
  'application/vnd.sqlite3': 'sqlite sqlite3',
  'application/vnd.visio': 'vsd',
  'application/wasm': 'wasm',
  'application/x-7z-compressed': '7z',
  'application/x-bzip2': 'bz2',
  'application/x-tar': 'tar',
  'application/x-tex': 'tex',
  'application/x-xz': 'xz',
  'application/xhtml+xml': 'xhtml',
  'application/xml': 'xml xsd',
  'application/yaml': 'yaml yml',
  'application/zip': 'zip',
  'application/zstd': 'zst',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/midi': 'mid midi',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg oga opus',
  'audio/vnd.wave': 'wav',
  'font/otf': 'otf',
  'font/ttf': 'ttf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/jpeg': 'jpg jpeg jpe',
  'image/jxl': 'jxl',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/tiff': 'tif tiff',
  'image/vnd.adobe.photoshop': 'psd',
  'image/vnd.microsoft.icon': 'ico',
  'image/webp': 'webp',
  'message/rfc822': 'eml',
  'model/stl': 'stl',
  'text/calendar': 'ics ifb',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/html': 'html htm',
  'text/javascript': 'js mjs cjs',
  'text/markdown': 'md markdown',
  'text/plain': 'txt text log conf ini c h cpp py rb rs go java sh ts tsx jsx diff patch',
  'text/tab-separated-values': 'tsv',
  'text/vcard': 'vcf',
  'video/mp4': 'mp4 m4v',
  'video/mpeg': 'mpeg mpg',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov qt',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'video/x-msvideo': 'avi',
};

const types = new Map<string, string>();
for (const [type, list] of Object.entries(suffixes)) {
  for (const suffix of list.split(' ')) types.set(suffix, type);
}

/** RFC 6838 §4.2, RFC 9110 §8.3.1: what may stand in a header; what a client calls a type can be anything. */
const mediaType =
  /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:[ \t]*;[\x20-\x7e]*)?$/;

export function isMediaType(text: string): boolean {
  return mediaType.test(text);
}

/** The media type that a name tells by its suffix. */
export function typeOfName(name: string): string {
  const dot = name.lastIndexOf('.');
  const suffix = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  return types.get(suffix) ?? 'application/octet-stream';
}
