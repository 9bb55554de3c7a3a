import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import type { Folders } from '../define.ts';
import { path, readUrl, scalar } from '../scalars.ts';

export const dataSlice = (folders: Folders) =>
  path(folders.working).prefault('./data').meta({
    description:
      'The folder that holds everything the co-op keeps. Relative to the directory the server is started in.',
    reload: 'restart',
  });

export type Database = { readonly engine: 'sqlite' } | { readonly engine: 'postgres'; readonly url: string };

const databaseForm = 'sqlite or postgres://user:password@host/database';

function readDatabase(value: string): Database {
  if (value === 'sqlite') return { engine: 'sqlite' };
  // Without a host the driver takes the one of `?host=/run/postgresql`, a Unix socket.
  const url = readUrl(value, ['postgres', 'postgresql'], databaseForm, true);
  if (url.pathname.length < 2)
    throw new FormatError(`expected ${databaseForm}, found one without a database name`);
  if (url.hostname === '' && !url.searchParams.get('host')) {
    throw new FormatError(`expected ${databaseForm}, found one without a host`);
  }
  return { engine: 'postgres', url: value };
}

function readBlobs(value: string): { readonly engine: 'file' } {
  if (value === 'file') return { engine: 'file' };
  if (value.startsWith('s3://')) {
    throw new FormatError('object stores (s3://) are not available in this version; write file');
  }
  throw new FormatError('');
}

export const storageSlice = z
  .strictObject({
    database: scalar(databaseForm, readDatabase, { secret: true }).prefault('sqlite').meta({
      description: 'Where rows are kept: sqlite in the data folder, or a PostgreSQL server.',
      reload: 'restart',
    }),
    blobs: scalar('file', readBlobs, { secret: true }).prefault('file').meta({
      description: 'Where mails and files are kept: file, in the data folder.',
      reload: 'restart',
    }),
  })
  .prefault({})
  .meta({ description: 'How the data is kept.' });
