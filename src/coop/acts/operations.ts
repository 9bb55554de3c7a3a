import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { actsPage } from './scripts/read.ts';
import { changeRole, rolesOf } from './scripts/roles.ts';

/** What the threads run for this room. */
export const actsOperations = ({ read, scan, write }: CoopMake) => ({
  rolesOf: read(rolesOf),
  roles: scan((q, _: Record<string, never>) => run(q.actsRoles)),
  changeRole: write(changeRole),
  acts: scan(actsPage),
});
