import { Bare, nothing } from '../bare.ts';
import type { DavPrivilege, Resource, Space } from '../types.ts';
import type { PushHouse } from './house.ts';
import { pushSpaceName } from './names.ts';

/** `/dav/push/<token>`: a registration, for the member whose it is; to others it is not there. */
export function registrationsSpace({ push }: PushHouse): Space {
  return {
    name: pushSpaceName,
    async find({ visitor }, [token, ...more]) {
      if (token === undefined || more.length > 0 || visitor.kind !== 'member') return nothing;
      const found = await push.find(token);
      if (found?.member !== visitor.member.id) return nothing;
      const remove = async () => {
        await push.remove(token);
      };
      return { ...nothing, resource: new RegistrationResource([pushSpaceName, token], remove), name: token };
    },
  };
}

class RegistrationResource extends Bare implements Resource {
  readonly kind = 'push-registration';
  readonly isCollection = false;
  readonly remove: () => Promise<void>;

  constructor(path: readonly string[], remove: () => Promise<void>) {
    super(path);
    this.remove = remove;
  }

  may(privilege: DavPrivilege): boolean {
    return allowed.has(privilege);
  }
}

const allowed: ReadonlySet<DavPrivilege> = new Set(['read', 'unbind', 'read-current-user-privilege-set']);
