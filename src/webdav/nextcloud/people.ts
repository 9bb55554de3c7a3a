import type { Member } from '../../accounts/index.ts';
import { DavError } from '../errors.ts';
import type { Endpoint, OcsCall, OcsHouse } from './endpoints.ts';
import { shareesMax } from './limits.ts';
import type { Data } from './ocs.ts';

/** `/cloud/user`, `/cloud/users/<id>`: who the visitor is, and what others may know of a member. */
export const users: Endpoint = ({ method, path, visitor }, ocs) => {
  if (method !== 'GET' || path[0] !== 'cloud') return null;
  if (path[1] === 'user' && path.length === 2) return self(visitor.member, ocs);
  if (path[1] !== 'users' || path.length !== 3) return null;
  return named(path[2] ?? '', visitor.member, ocs);
};

async function named(name: string, visitor: Member, ocs: OcsHouse): Promise<Data> {
  const member = await ocs.accounts.byName(name);
  if (!member || member.disabled) throw new DavError(404, 'there is no such member');
  if (member.id === visitor.id) return self(member, ocs);
  const id = ocs.accounts.handleOf(member);
  const shown = member.name || member.address;
  return { id, enabled: true, displayname: shown, 'display-name': shown, email: member.address };
}

async function self(member: Member, { accounts, house }: OcsHouse): Promise<Data> {
  const { used, quota } = await house.files.usage(member.id);
  const free = quota === null ? -3 : Math.max(0, quota - used);
  const total = quota ?? -3;
  const relative = quota === null || quota === 0 ? 0 : Math.round((used / quota) * 10_000) / 100;
  const shown = member.name || member.address;
  return {
    id: accounts.handleOf(member),
    enabled: !member.disabled,
    displayname: shown,
    'display-name': shown,
    email: member.address,
    // -3 says that there is no limit.
    quota: { free, used, total, relative, quota: total },
    groups: await accounts.groupsOf(member.id),
    language: '',
    locale: '',
    phone: '',
    address: '',
    website: '',
    twitter: '',
  };
}

/** `/apps/files_sharing/api/v1/sharees`: whom a file can be shared with, by a part of a name. */
export const sharees: Endpoint = (call, ocs) => {
  const { method, path } = call;
  const [apps, app, api, version, what, more] = path;
  if (method !== 'GET' || apps !== 'apps' || app !== 'files_sharing' || api !== 'api' || version !== 'v1')
    return null;
  if (more !== undefined || (what !== 'sharees' && what !== 'sharees_recommended')) return null;
  return what === 'sharees' ? find(call, ocs) : Promise.resolve(shown([], [], ''));
};

async function find({ fields, visitor }: OcsCall, { accounts }: OcsHouse): Promise<Data> {
  const search = (fields.get('search') ?? '').trim();
  if (search === '') return shown([], [], '');
  const found = await accounts.findMembers(search, shareesMax);
  const members = found.filter(({ id }) => id !== visitor.member.id);
  const group = await accounts.group(search);
  return shown(
    members.map((member) => ({
      label: member.name || member.address,
      shareWithDisplayNameUnique: member.address,
      value: { shareType: 0, shareWith: accounts.handleOf(member) },
    })),
    group === null ? [] : [{ label: group, value: { shareType: 1, shareWith: group } }],
    search,
  );
}

interface Found {
  readonly label: string;
  readonly value: { readonly shareType: number; readonly shareWith: string };
}

/** Those whose name is the very text stand apart from those that hold it. */
function shown(users: readonly Found[], groups: readonly Found[], search: string): Data {
  const exact = ({ label, value }: Found) =>
    [label, value.shareWith].some((each) => each.toLowerCase() === search.toLowerCase());
  const data = (found: Found): Data => ({ ...found });
  return {
    exact: {
      users: users.filter(exact).map(data),
      groups: groups.filter(exact).map(data),
      remotes: [],
      emails: [],
    },
    users: users.filter((each) => !exact(each)).map(data),
    groups: groups.filter((each) => !exact(each)).map(data),
    remotes: [],
    emails: [],
    lookup: [],
    lookupEnabled: false,
  };
}
