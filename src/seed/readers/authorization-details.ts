/** `aws iam get-account-authorization-details`: users, groups, roles and customer policies with their documents. */
import { parseArn } from '../../aws/arn.ts';
import type { DocumentSetting, PolicySettings } from '../../config/accounts.ts';
import { defined } from '../../kernel/defined.ts';
import { type AccountDraft, addInlinePolicy, addToGroup, attachPolicy, type Draft, type HolderDraft } from './draft.ts';
import { asObject, listOf, member, pathOf, tagsOf, textOf, textsOf } from './values.ts';

const LISTS = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'];

export const isAuthorizationDetails = (value: unknown): boolean =>
  LISTS.some(name => Array.isArray(member(value, name))) && member(value, 'Resources') === undefined;

/** Reads one page of the output; several pages are read one after another. */
export function readAuthorizationDetails(page: unknown, draft: Draft): void {
  const isTruncated = member(page, 'IsTruncated') === true || member(page, 'NextToken') !== undefined;
  draft.pages = { ...draft.pages, [isTruncated ? 'truncated' : 'whole']: true };
  each(page, 'Policies', 'PolicyName', draft, (entry, name, account, path) => {
    const arn = textOf(entry, 'Arn') ?? '';
    // The output contains AWS managed policies too; Rolecall includes its own copies, or does not support them.
    if (arn.startsWith('arn:aws:iam::aws:')) return;
    const policy = readPolicy(entry, name, path, draft);
    if (policy !== undefined) account.policies.set(name.toLowerCase(), policy);
  });
  each(page, 'GroupDetailList', 'GroupName', draft, (entry, name, account, path) => {
    const group = account.holder('group', name);
    Object.assign(group, { declared: true }, pathOf(textOf(entry, 'Path')));
    readEntityPolicies(entry, 'GroupPolicyList', group, path, draft);
  });
  each(page, 'UserDetailList', 'UserName', draft, (entry, name, account, path) => {
    const user = account.holder('user', name);
    remember(entry, 'UserId', draft);
    Object.assign(
      user,
      { declared: true },
      pathOf(textOf(entry, 'Path')),
      boundaryOf(entry),
      tagsOf(member(entry, 'Tags')),
    );
    readEntityPolicies(entry, 'UserPolicyList', user, path, draft);
    for (const group of textsOf(entry, 'GroupList')) addToGroup(user, group);
  });
  each(page, 'RoleDetailList', 'RoleName', draft, (entry, name, account, path) => {
    const trust = documentOf(entry, 'AssumeRolePolicyDocument');
    if (trust === undefined) {
      draft.skip(path, 'it has no readable trust policy');
      return;
    }
    const role = account.holder('role', name);
    remember(entry, 'RoleId', draft);
    Object.assign(role, { trust }, pathOf(textOf(entry, 'Path')), boundaryOf(entry), tagsOf(member(entry, 'Tags')));
    readEntityPolicies(entry, 'RolePolicyList', role, path, draft);
    for (const profile of listOf(entry, 'InstanceProfileList')) readInstanceProfile(profile, name, account);
  });
  if (listOf(page, 'RoleDetailList').length > 0) {
    draft.skip(
      'RoleDetailList',
      'this output contains no descriptions and maximum session durations of roles: imported without description and with 3600 seconds',
    );
  }
}

function each(
  page: unknown,
  list: string,
  nameMember: string,
  draft: Draft,
  read: (entry: unknown, name: string, account: AccountDraft, path: string) => void,
): void {
  for (const [index, entry] of listOf(page, list).entries()) {
    const name = textOf(entry, nameMember);
    if (name === undefined) draft.skip(`${list}.${index}`, `it has no ${nameMember}`);
    else read(entry, name, draft.account(parseArn(textOf(entry, 'Arn') ?? '')?.account), `${list}.${name}`);
  }
}

function remember(entry: unknown, idMember: string, draft: Draft): void {
  const [id, arn] = [textOf(entry, idMember), textOf(entry, 'Arn')];
  if (id !== undefined && arn !== undefined) draft.arnsById.set(id, arn);
}

/** The CLI prints documents as objects; the API returns percent-encoded text (RFC 3986). */
function documentOf(entry: unknown, name: string): DocumentSetting | undefined {
  const value = member(entry, name);
  if (typeof value !== 'string') return asObject(value);
  if (!value.startsWith('%7B')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    // Not percent-encoded: the policy parser checks the text itself.
    return value;
  }
}

function boundaryOf(entry: unknown) {
  return defined({ permissionsBoundary: textOf(member(entry, 'PermissionsBoundary'), 'PermissionsBoundaryArn') });
}

function readEntityPolicies(entry: unknown, inline: string, holder: HolderDraft, path: string, draft: Draft): void {
  for (const policy of listOf(entry, inline)) {
    const [name, document] = [textOf(policy, 'PolicyName'), documentOf(policy, 'PolicyDocument')];
    if (name === undefined || document === undefined)
      draft.skip(`${path}.${inline}`, 'a policy has no name or no document');
    else addInlinePolicy(holder, name, document);
  }
  for (const policy of listOf(entry, 'AttachedManagedPolicies')) {
    const arn = textOf(policy, 'PolicyArn');
    if (arn !== undefined) attachPolicy(holder, arn);
  }
}

function readInstanceProfile(entry: unknown, role: string, account: AccountDraft): void {
  const name = textOf(entry, 'InstanceProfileName');
  if (name === undefined) return;
  const settings = { name, ...pathOf(textOf(entry, 'Path')), role, ...tagsOf(member(entry, 'Tags')) };
  account.instanceProfiles.set(name.toLowerCase(), settings);
}

function readPolicy(entry: unknown, name: string, path: string, draft: Draft): PolicySettings | undefined {
  const versions = listOf(entry, 'PolicyVersionList').flatMap(version => {
    const [id, document] = [textOf(version, 'VersionId'), documentOf(version, 'Document')];
    if (id === undefined || document === undefined) return [];
    return [{ id, document, ...(member(version, 'IsDefaultVersion') === true ? { default: true } : {}) }];
  });
  const [only] = versions;
  if (only === undefined) {
    draft.skip(path, 'it has no version with a document');
    return undefined;
  }
  const described = {
    name,
    ...pathOf(textOf(entry, 'Path')),
    ...defined({ description: textOf(entry, 'Description') }),
  };
  return versions.length === 1 && only.id === 'v1'
    ? { ...described, document: only.document }
    : { ...described, versions };
}
