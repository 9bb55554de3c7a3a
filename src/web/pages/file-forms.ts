import { type Reason, StoreError } from '../../base/index.ts';
import type { Link, Share } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { seeOther } from '../http/page.ts';
import type { Messages } from '../messages/index.ts';
import { endOf, nodeAt } from './file-places.ts';
import { filesPage } from './files.ts';
import { forMember, type SignedIn } from './member.ts';

/** What a member can put right is said above the page; anything else is answered as everywhere. */
const faults: Partial<Record<Reason, (say: Messages) => string>> = {
  'not-found': (say) => say.filesNoSuch,
  denied: (say) => say.filesMayNot,
  invalid: (say) => say.filesInvalid,
  limit: (say) => say.filesTooMany,
  locked: (say) => say.filesLocked,
  'over-quota': (say) => say.filesFull,
};

type Act = (fields: URLSearchParams, house: House, self: SignedIn, say: Messages) => Promise<void>;

/** A refusal with a sentence of its own. */
class Said extends Error {}

/** A form of the page of files: done, and back to a place on it. */
function form(back: string, act: Act) {
  return async (visit: Visit, house: House): Promise<Response> => {
    const fields = await house.forms.read(visit.request, visit.secure);
    return forMember(visit, house, async (self) => {
      try {
        await act(fields, house, self, visit.say);
        return seeOther(`/files#${back}`);
      } catch (error) {
        if (error instanceof Said) return filesPage(visit, house, self, error.message);
        const fault = error instanceof StoreError ? faults[error.reason] : undefined;
        if (!fault) throw error;
        return filesPage(visit, house, self, fault(visit.say));
      }
    });
  };
}

const text = (fields: URLSearchParams, name: string) => (fields.get(name) ?? '').trim();

function idIn(fields: URLSearchParams): number {
  return /^[1-9]\d{0,14}$/.test(fields.get('id') ?? '') ? Number(fields.get('id')) : 0;
}

function oneOf<T extends string>(value: string, all: readonly T[]): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new StoreError('invalid', 'there is no such right');
  return found;
}

const shareRights: readonly Share['rights'][] = ['read', 'write', 'reshare'];
const linkRights: readonly Link['rights'][] = ['read', 'write', 'drop'];

/** POST `/files/share`. */
export const makeShare = form('shares', async (fields, house, self, say) => {
  const node = await nodeAt(house, self.member.id, text(fields, 'path'));
  const to = await house.sharing.receiver(text(fields, 'with'));
  if (!to) throw new Said(say.filesNobody);
  const rights = oneOf(text(fields, 'rights'), shareRights);
  const expiresMs = endOf(text(fields, 'until'));
  await house.sharing.grant({
    account: node.account,
    node: node.id,
    to,
    rights,
    by: self.member.id,
    expiresMs,
  });
});

/** POST `/files/share/revoke`: of what the member shared, or others shared on of the member's. */
export const revokeShare = form('shares', async (fields, house, self) => {
  const share = await house.sharing.share(idIn(fields));
  if (share?.by !== self.member.id && share?.account !== self.member.id) return;
  await house.sharing.revoke(share.id);
});

/** POST `/files/share/leave`: the receiver does not want to see it any more. */
export const leaveShare = form('received', (fields, house, self) =>
  house.sharing.leave(self.member.id, idIn(fields)),
);

/** POST `/files/link`. */
export const makeLink = form('links', async (fields, house, self) => {
  const node = await nodeAt(house, self.member.id, text(fields, 'path'));
  const downloads = text(fields, 'downloads');
  await house.sharing.createLink({
    account: node.account,
    node: node.id,
    by: self.member.id,
    rights: oneOf(text(fields, 'rights'), linkRights),
    label: text(fields, 'label'),
    password: fields.get('password') ?? '',
    expiresMs: endOf(text(fields, 'until')),
    ...(downloads === '' ? {} : { downloadsMax: Number(downloads) }),
  });
});

/** POST `/files/link/revoke`: of the member's links, and of others' to the member's files. */
export const revokeLink = form('links', async (fields, house, self) => {
  const token = fields.get('id') ?? '';
  const links = await house.sharing.linksBy(self.member.id);
  if (links.some((link) => link.token === token)) await house.sharing.revokeLink(token);
});

/** POST `/files/trash/restore`. */
export const restoreFile = form('trash', async (fields, house, self) => {
  const by = { member: self.member.id, tokens: [] };
  await house.files.restoreTrash(self.member.id, idIn(fields), by);
});
