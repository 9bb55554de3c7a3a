/**
 * formats/zip: a .zip archive (PKWARE APPNOTE 6.3.10), written while it is read.
 * - Nothing is known of a file before its bytes have gone by: sizes and the checksum stand behind them (§4.3.9), and what
 *   may not fit into 32 bits is written in 64 (§4.3.14, §4.5.3).
 * - Every file is in a deflate stream, those that would not become smaller in blocks that are stored: readers of streams
 *   find the end of each.
 * - Names are UTF-8. One name of the list that stands at the end is held for each entry, nothing else.
 */
export { type ZipEntry, zipOf } from './zip.ts';
