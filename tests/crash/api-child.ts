/**
 * The process that is killed: `node api-child.ts DIR DATABASE POINT WRITE`. It fills the rooms, says the ETag of what the write
 * changes, asks for the write, and ends itself at the point; a line of an answer says that it was not killed.
 */
import { etagOf, fill, openApiRooms, type Point, type WriteName, write } from './api-rooms.ts';

const [dir = '', url = '', point = '', name = ''] = process.argv.slice(2);
const rooms = await openApiRooms(dir, url, point as Point);
await fill(rooms);
const etag = await etagOf(rooms, name as WriteName);
process.stdout.write(`${JSON.stringify({ etag })}\n`);
const answer = await write(rooms, name as WriteName, etag);
process.stdout.write(`${JSON.stringify(answer)}\n`);
await rooms.close();
