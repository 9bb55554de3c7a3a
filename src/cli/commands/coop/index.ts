/**
 * cli/commands/coop: what a treasurer and a board do on the command line (docs/TREASURER.md). What moves money or members is an
 * acting command: a person answers for it with their password, under a key that does it once. What only reads asks for nobody:
 * who can open the admin socket can read the database.
 */
import type { Rooms } from '../../../rooms/index.ts';
import type { AdminCommand } from '../../admin/index.ts';
import { actCommands } from './act.ts';
import { bankCommands } from './bank.ts';
import { byHandCommands } from './by-hand.ts';
import { certificateCommands } from './certificate.ts';
import { decisionCommands } from './decision.ts';
import { demoCommand } from './demo.ts';
import { invoiceCommands } from './invoice.ts';
import { ledgerCommands } from './ledger.ts';
import { monthCommands } from './month.ts';
import { movementCommands } from './movement.ts';
import { peopleCommands } from './people.ts';
import { personFileCommands } from './person-file.ts';
import { roleCommands } from './role.ts';
import { runCommands } from './runs.ts';
import { shareCommands } from './share.ts';
import { sponsorCommands } from './sponsor.ts';
import { yearCommands } from './year.ts';

/** In the order of the help. */
export const coopCommands: readonly AdminCommand<Rooms>[] = [
  ...roleCommands,
  ...decisionCommands,
  ...peopleCommands,
  ...personFileCommands,
  ...certificateCommands,
  ...shareCommands,
  ...movementCommands,
  ...monthCommands,
  ...runCommands,
  ...yearCommands,
  ...bankCommands,
  ...sponsorCommands,
  ...invoiceCommands,
  ...actCommands,
  ...ledgerCommands,
  ...byHandCommands,
  demoCommand,
];
