/** `terraform show -json` of a state or a plan: the aws_iam_* resources of every module. */
import { parseArn } from '../../aws/arn.ts';
import { defined } from '../../kernel/defined.ts';
import {
  type AccountDraft,
  addInlinePolicy,
  addToGroup,
  attachPolicy,
  type Draft,
  type HolderDraft,
  type HolderType,
} from './draft.ts';
import { type Planned, readPlannedValues } from './terraform-plan.ts';
import { asObject, listOf, type Members, member, pathOf, tagsOf, textOf, textsOf } from './values.ts';

export const isTerraform = (value: unknown): boolean =>
  textOf(value, 'format_version') !== undefined &&
  (member(value, 'planned_values') !== undefined || member(value, 'values') !== undefined);

/** One resource, passed to its reader. */
interface Resource {
  readonly address: string;
  readonly values: Members;
  readonly draft: Draft;
  readonly account: AccountDraft;
  /** A required text member; if it is unknown, reports that and returns undefined. */
  required(name: string): string | undefined;
}

/** Reads a state, or the planned values as far as they are known before apply. */
export function readTerraform(shown: unknown, draft: Draft): void {
  const isPlan = member(shown, 'planned_values') !== undefined;
  const root = member(member(shown, isPlan ? 'planned_values' : 'values'), 'root_module');
  const account = onlyAccount([...resourcesOf(root), ...resourcesOf(member(priorValues(shown), 'root_module'))]);
  const planned = isPlan ? readPlannedValues(shown, account ?? draft.fallbackAccount) : undefined;
  for (const { mode, type, address, values: before } of resourcesOf(root)) {
    if (mode !== 'managed' || !type.startsWith('aws_iam_')) continue;
    const reader = READERS.get(type);
    if (reader === undefined) {
      draft.skip(address, `${type} is not supported`);
      continue;
    }
    const values = planned === undefined ? before : { ...before, ...planned.resolved(address) };
    const required = (name: string): string | undefined => {
      const value = textOf(values, name);
      if (value === undefined) draft.skip(address, unknownMember(name, planned, address));
      return value;
    };
    reader({ address, values, draft, account: draft.account(ownAccount(values) ?? account), required });
  }
}

const priorValues = (shown: unknown): unknown => member(member(shown, 'prior_state'), 'values');

const ownAccount = (values: Members): string | undefined => {
  const account = parseArn(textOf(values, 'arn') ?? '')?.account;
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
};

/** The only account in the ARNs and aws_caller_identity data of a file; undefined if there are several. */
function onlyAccount(resources: readonly Found[]): string | undefined {
  const seen = new Set(
    resources.flatMap(({ type, values }) =>
      type === 'aws_caller_identity' ? (textOf(values, 'account_id') ?? []) : (ownAccount(values) ?? []),
    ),
  );
  const [only, ...others] = [...seen];
  return others.length === 0 ? only : undefined;
}

const unknownMember = (name: string, planned: Planned | undefined, address: string): string =>
  planned?.isUnknown(address, name) === true
    ? `${name} is unknown until the plan is applied: use the state instead`
    : `it has no ${name}`;

interface Found {
  readonly mode: string | undefined;
  readonly type: string;
  readonly address: string;
  readonly values: Members;
}

/** The resources of a module and its child modules. */
function* resourcesOf(module: unknown): Generator<Found> {
  for (const resource of listOf(module, 'resources')) {
    const [type, address] = [textOf(resource, 'type'), textOf(resource, 'address')];
    if (type === undefined || address === undefined) continue;
    yield { mode: textOf(resource, 'mode'), type, address, values: asObject(member(resource, 'values')) ?? {} };
  }
  for (const child of listOf(module, 'child_modules')) yield* resourcesOf(child);
}

const READERS = new Map<string, (resource: Resource) => void>([
  [
    'aws_iam_openid_connect_provider',
    ({ values, account, required }) => {
      const text = required('url');
      if (text === undefined) return;
      const url = text.includes('://') ? text : `https://${text}`;
      const thumbprints = textsOf(values, 'thumbprint_list');
      account.oidcProviders.set(url, {
        url,
        clientIds: textsOf(values, 'client_id_list'),
        ...defined({ thumbprints: thumbprints.length === 0 ? undefined : thumbprints }),
        ...tagsIn(values),
      });
    },
  ],
  [
    'aws_iam_saml_provider',
    ({ values, account, required }) => {
      const [name, metadata] = [required('name'), required('saml_metadata_document')];
      if (name !== undefined && metadata !== undefined)
        account.samlProviders.set(name, { name, metadata, ...tagsIn(values) });
    },
  ],
  [
    'aws_iam_role',
    ({ address, values, account, draft, required }) => {
      const [name, trust] = [required('name'), required('assume_role_policy')];
      if (name === undefined || trust === undefined) return;
      const role = account.holder('role', name);
      const duration = member(values, 'max_session_duration');
      Object.assign(
        role,
        { trust },
        pathOf(textOf(values, 'path')),
        defined({
          description: textOf(values, 'description'),
          maxSessionDuration: typeof duration === 'number' && duration !== 3600 ? duration : undefined,
          permissionsBoundary: textOf(values, 'permissions_boundary'),
        }),
        tagsIn(values),
      );
      remember(values, draft);
      for (const inline of listOf(values, 'inline_policy')) addListedPolicy(role, inline, address, draft);
      for (const arn of textsOf(values, 'managed_policy_arns')) attachPolicy(role, arn);
    },
  ],
  [
    'aws_iam_user',
    ({ values, account, draft, required }) => {
      const name = required('name');
      if (name === undefined) return;
      const boundary = defined({ permissionsBoundary: textOf(values, 'permissions_boundary') });
      const user = account.holder('user', name);
      Object.assign(user, { declared: true }, pathOf(textOf(values, 'path')), boundary, tagsIn(values));
      remember(values, draft);
    },
  ],
  [
    'aws_iam_group',
    ({ values, account, required }) => {
      const name = required('name');
      if (name === undefined) return;
      Object.assign(account.holder('group', name), { declared: true }, pathOf(textOf(values, 'path')));
    },
  ],
  [
    'aws_iam_policy',
    ({ values, account, required }) => {
      const [name, document] = [required('name'), required('policy')];
      if (name === undefined || document === undefined) return;
      account.policies.set(name.toLowerCase(), {
        name,
        ...pathOf(textOf(values, 'path')),
        ...defined({ description: textOf(values, 'description') }),
        document,
        ...tagsIn(values),
      });
    },
  ],
  ...(['role', 'user', 'group'] as const).flatMap(holderReaders),
  [
    'aws_iam_policy_attachment',
    ({ values, account, required }) => {
      const arn = required('policy_arn');
      if (arn === undefined) return;
      for (const entityType of ['role', 'user', 'group'] as const) {
        for (const name of textsOf(values, `${entityType}s`)) attachPolicy(account.holder(entityType, name), arn);
      }
    },
  ],
  [
    'aws_iam_user_group_membership',
    ({ values, account, required }) => {
      const user = required('user');
      if (user !== undefined)
        for (const group of textsOf(values, 'groups')) addToGroup(account.holder('user', user), group);
    },
  ],
  [
    'aws_iam_group_membership',
    ({ values, account, required }) => {
      const group = required('group');
      if (group !== undefined)
        for (const user of textsOf(values, 'users')) addToGroup(account.holder('user', user), group);
    },
  ],
  [
    'aws_iam_access_key',
    ({ address, values, account, draft, required }) => {
      const [name, id] = [required('user'), required('id')];
      if (name === undefined || id === undefined) return;
      const user = account.holder('user', name);
      const inactive = textOf(values, 'status') === 'Inactive' ? { active: false } : {};
      user.accessKeys = [...(user.accessKeys ?? []), { id, ...inactive }];
      draft.skip(
        address,
        'the secret of the access key was not imported: set it in the configuration, or Rolecall derives one',
      );
    },
  ],
  [
    'aws_iam_instance_profile',
    ({ values, account, required }) => {
      const name = required('name');
      if (name === undefined) return;
      account.instanceProfiles.set(name.toLowerCase(), {
        name,
        ...pathOf(textOf(values, 'path')),
        ...defined({ role: textOf(values, 'role') }),
        ...tagsIn(values),
      });
    },
  ],
  [
    'aws_iam_account_alias',
    ({ account, required }) => {
      account.alias = required('account_alias') ?? account.alias;
    },
  ],
]);

/** Inline policies and attachments have separate resource types for roles, users and groups. */
function holderReaders(entityType: HolderType): [string, (resource: Resource) => void][] {
  return [
    [
      `aws_iam_${entityType}_policy`,
      ({ account, required }) => {
        const [name, holder, document] = [required('name'), required(entityType), required('policy')];
        if (name !== undefined && holder !== undefined && document !== undefined)
          addInlinePolicy(account.holder(entityType, holder), name, document);
      },
    ],
    [
      `aws_iam_${entityType}_policy_attachment`,
      ({ account, required }) => {
        const [holder, arn] = [required(entityType), required('policy_arn')];
        if (holder !== undefined && arn !== undefined) attachPolicy(account.holder(entityType, holder), arn);
      },
    ],
  ];
}

/** The tags of a resource, including the provider's default tags if Terraform prints them. */
const tagsIn = (values: Members) => tagsOf(member(values, 'tags_all') ?? member(values, 'tags'));

function addListedPolicy(role: HolderDraft, inline: unknown, address: string, draft: Draft): void {
  const [name, document] = [textOf(inline, 'name'), textOf(inline, 'policy')];
  if (name !== undefined && document !== undefined) addInlinePolicy(role, name, document);
  else if (asObject(inline) !== undefined && Object.keys(inline as Members).length > 0) {
    draft.skip(`${address}.inline_policy`, 'an inline policy has no name or no document');
  }
}

function remember(values: Members, draft: Draft): void {
  const [id, arn] = [textOf(values, 'unique_id'), textOf(values, 'arn')];
  if (id !== undefined && arn !== undefined) draft.arnsById.set(id, arn);
}
