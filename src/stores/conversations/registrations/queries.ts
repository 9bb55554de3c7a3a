import type { QueryContext } from '../../../storage/index.ts';
import { clientQueries } from './queries/clients.ts';
import { linkQueries } from './queries/links.ts';
import { serverQueries } from './queries/servers.ts';
import type { RegistrationsTables } from './tables.ts';

export const registrationsQueries = (context: QueryContext<RegistrationsTables>) => ({
  ...clientQueries(context),
  ...linkQueries(context),
  ...serverQueries(context),
});

export type RegistrationsQueries = ReturnType<typeof registrationsQueries>;
