import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { checkActs, checkDecisions, checkRoles } from './scripts/check.ts';
import { decide, decisionsPage, demandDecision } from './scripts/decisions.ts';
import { actsPage } from './scripts/read.ts';
import { changeRole, rolesOf } from './scripts/roles.ts';

/** What the threads run for this room. */
export const actsOperations = ({ read, scan, write }: CoopMake) => ({
  rolesOf: read(rolesOf),
  roles: scan((q, _: Record<string, never>) => run(q.actsRoles)),
  changeRole: write(changeRole),
  actDone: read(function* (q, a: { account: number; key: string }) {
    return (yield* run(q.actKeyed, a)).length > 0;
  }),
  acts: scan(actsPage),
  decide: write(decide),
  decision: read(demandDecision),
  decisions: scan(decisionsPage),
  checkActs: scan(checkActs),
  checkRoles: scan(checkRoles),
  checkDecisions: scan(checkDecisions),
});

/** In the order in which faults are best read. */
export const actsChecks = <Check>(operations: {
  readonly checkActs: Check;
  readonly checkRoles: Check;
  readonly checkDecisions: Check;
}) => [operations.checkActs, operations.checkRoles, operations.checkDecisions];
