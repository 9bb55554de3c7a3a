/**
 * routes: what `/api/v1` serves, one file for each room. A route names its privilege, the shapes of what comes and goes, and every
 * code that its room refuses with; the document, the dispatch and the tests are made of this list.
 */
import type { ApiRoute } from '../types.ts';
import { aboutRoutes } from './about.ts';
import { actsRoutes } from './acts.ts';
import { bankRoutes } from './bank.ts';
import { certificatesRoutes } from './certificates.ts';
import { ledgerRoutes } from './ledger.ts';
import { meRoutes } from './me.ts';
import { meRegisterRoutes } from './me-register.ts';
import { membersRoutes } from './members.ts';
import { payeesRoutes } from './payees.ts';
import { payoutsRoutes } from './payouts.ts';
import { registerRoutes } from './register.ts';
import { sponsorsRoutes } from './sponsors.ts';
import { yearsRoutes } from './years.ts';

/** Every address of `/api/v1` but its document, in the order in which that shows them. */
export const apiRoutes: readonly ApiRoute[] = [
  ...aboutRoutes,
  ...meRoutes,
  ...meRegisterRoutes,
  ...membersRoutes,
  ...payeesRoutes,
  ...registerRoutes,
  ...certificatesRoutes,
  ...ledgerRoutes,
  ...payoutsRoutes,
  ...yearsRoutes,
  ...bankRoutes,
  ...sponsorsRoutes,
  ...actsRoutes,
];
