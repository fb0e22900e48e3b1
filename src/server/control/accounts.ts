/** Control API calls on the contents of accounts (`/_rolecall/accounts`) and on a role's trust policy. */
import { Type } from 'typebox';
import { defaultVersion } from '../../accounts/managed-policies.ts';
import {
  accounts,
  type Group,
  groups,
  type OidcProvider,
  oidcProviders,
  policies,
  type Role,
  roleByName,
  roles,
  type User,
  users,
} from '../../accounts/model.ts';
import { serializeTrustPolicy } from '../../accounts/trust-document.ts';
import { parseArn } from '../../aws/arn.ts';
import { setTrustPolicy } from '../../iam/in-process.ts';
import { defined } from '../../kernel/defined.ts';
import type { Collection } from '../../store/store.ts';
import { ControlError } from './problem.ts';
import { type ControlDeps, defineCall, strict } from './row.ts';

type Store = ControlDeps['iam']['store'];

const Listed = Type.Array(Type.Object({ arn: Type.String() }, { additionalProperties: true }));
const AccountsAnswer = Type.Object({
  accounts: Type.Array(
    Type.Object({
      account: Type.String(),
      providers: Listed,
      roles: Listed,
      users: Listed,
      groups: Listed,
      policies: Listed,
    }),
  ),
});

const RoleArn = Type.Object(
  { arn: Type.String({ minLength: 20, maxLength: 2048, description: 'ARN of a role.' }) },
  strict,
);
const RoleAnswer = Type.Object({ arn: Type.String() }, { additionalProperties: true });

const moment = (at: number): string => new Date(at).toISOString();

const providerView = ({ arn, url, issuer, clientIds, thumbprints, createdAt }: OidcProvider) => ({
  arn,
  url,
  issuer,
  clientIds,
  thumbprints,
  createdAt: moment(createdAt),
});

const holderView = ({ arn, name, id, inline, attached, createdAt }: Role | User | Group) => ({
  arn,
  name,
  id,
  createdAt: moment(createdAt),
  inline: inline.map(policy => ({ name: policy.name, document: policy.text })),
  attached,
});

const roleView = (role: Role, store: Store) => ({
  ...holderView(role),
  trust: serializeTrustPolicy(role, store),
  maxSessionDuration: role.maxSessionDuration,
  tags: role.tags,
  ...defined({ boundary: role.boundary }),
});

/** A user without secret access keys. */
const userView = (user: User) => ({
  ...holderView(user),
  groups: user.groups,
  tags: user.tags,
  keys: user.keys.map(({ id, active }) => ({ id, active })),
  ...defined({ boundary: user.boundary }),
});

/** Numbers of the accounts that are declared, have received a call, or contain a resource; sorted. */
function accountNumbers({ store, settings }: ControlDeps['iam']): readonly string[] {
  const owners = <T extends { readonly account: string }>(kind: Collection<T>): readonly string[] =>
    store.list(kind, '').map(({ value }) => value.account);
  return [
    ...new Set([
      ...settings.declaredAccounts,
      ...owners(accounts),
      ...owners(oidcProviders),
      ...owners(roles),
      ...owners(users),
      ...owners(groups),
      ...owners(policies),
    ]),
  ].sort();
}

function accountView(account: string, store: Store) {
  const entitiesOf = <T>(kind: Collection<T>): readonly T[] =>
    store.list(kind, `${account}/`).map(({ value }) => value);
  return {
    account,
    providers: entitiesOf(oidcProviders).map(providerView),
    roles: entitiesOf(roles).map(role => roleView(role, store)),
    users: entitiesOf(users).map(userView),
    groups: entitiesOf(groups).map(holderView),
    policies: entitiesOf(policies).map(policy => ({
      arn: policy.arn,
      name: policy.name,
      defaultVersion: policy.defaultVersion,
      document: defaultVersion(policy).text,
    })),
  };
}

function roleOfArn(text: string, store: Store): Role {
  const arn = parseArn(text);
  const found =
    arn === undefined
      ? undefined
      : roleByName(store, arn.account, arn.resource.slice(arn.resource.lastIndexOf('/') + 1));
  if (found?.arn === text) return found;
  throw new ControlError(404, 'unknown-role', `role ${text} does not exist`, {
    ...defined({ suggestion: found?.arn }),
  });
}

export const accountRows = [
  defineCall({
    method: 'GET',
    path: '/accounts',
    summary: 'List all accounts with their providers, roles, users, groups and policies. Contains no secrets.',
    answer: AccountsAnswer,
    handle: (_, { iam }) => ({ accounts: accountNumbers(iam).map(account => accountView(account, iam.store)) }),
  }),
  defineCall({
    method: 'GET',
    path: '/roles/:arn',
    summary: 'Get a role with its trust policy. Percent-encode the ARN.',
    params: RoleArn,
    answer: RoleAnswer,
    handle: ({ params }, { iam }) => roleView(roleOfArn(params.arn, iam.store), iam.store),
  }),
  defineCall({
    method: 'PUT',
    path: '/roles/:arn/trust',
    summary: 'Replace the trust policy of a role, with the validation of UpdateAssumeRolePolicy.',
    params: RoleArn,
    body: Type.Object(
      { policy: Type.Unknown({ description: 'The policy document, as an object or a string.' }) },
      strict,
    ),
    answer: RoleAnswer,
    async handle({ params, body }, { iam }) {
      const { account, name } = roleOfArn(params.arn, iam.store);
      const { policy } = body;
      await setTrustPolicy(name, typeof policy === 'string' ? policy : JSON.stringify(policy), account, iam);
      return roleView(roleOfArn(params.arn, iam.store), iam.store);
    },
  }),
];
