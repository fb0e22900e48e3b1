/** Condition keys of a call: which callers have which keys, and the source of their values. */
import { describe, expect, it } from 'vitest';
import { type Role, roles, type User, users } from '../../src/accounts/model.ts';
import type { Caller, Session } from '../../src/authorization/principals.ts';
import { policyPrincipal, requestContext } from '../../src/authorization/request-context.ts';
import type { Call } from '../../src/aws/operation.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { put } from '../../src/store/store.ts';

const account = '111122223333';
const now = Date.UTC(2026, 10, 20, 12);
const named = { account, path: '/', createdAt: 0, inline: [], attached: [] };
const user: User = {
  ...named,
  name: 'ann',
  id: 'AIDAAAAAAAAAAAAAAAAAA',
  arn: `arn:aws:iam::${account}:user/ann`,
  tags: [{ Key: 'Team', Value: 'blue' }],
  keys: [],
  groups: [],
};
const role: Role = {
  ...named,
  name: 'r',
  id: 'AROAAAAAAAAAAAAAAAAAA',
  arn: `arn:aws:iam::${account}:role/r`,
  tags: [
    { Key: 'team', Value: 'red' },
    { Key: 'cost', Value: '7' },
  ],
  trust: { text: '{}' },
  maxSessionDuration: 3600,
};
const store = new MemoryStore();
await store.commit([put(users, `${account}/ann`, user), put(roles, `${account}/r`, role)]);

const session: Session = { kind: 'role', account, accessKeyId: 'ASIA', issuedAt: now - 90_000, expiresAt: now + 1 };
const callers = {
  root: { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, userId: account, accessKeyId: 'AKIA' },
  user: { kind: 'user', account, arn: user.arn, userId: user.id, entityId: user.id, name: 'ann', accessKeyId: 'AKIA' },
  role: {
    kind: 'role',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/r/s`,
    userId: `${role.id}:s`,
    entityId: role.id,
    name: 'r',
    roleArn: role.arn,
    accessKeyId: 'ASIA',
    session: {
      ...session,
      tags: [{ Key: 'TEAM', Value: 'green' }],
      mfaAt: now - 30_500,
      sourceIdentity: 'someone',
      federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/gitlab.com',
      claims: { 'gitlab.com:sub': 'project', 'gitlab.com:AMR': ['a', 'b'] },
    },
  },
  federated: {
    kind: 'federated-user',
    account,
    arn: `arn:aws:sts::${account}:federated-user/f`,
    userId: `${account}:f`,
    name: 'f',
    parentUserId: user.id,
    parentArn: user.arn,
    accessKeyId: 'ASIA',
    session: { ...session, kind: 'federated-user' },
  },
} satisfies Record<string, Caller>;

const context = (caller: Caller | undefined, extra = {}) => {
  const call: Call<Caller> = {
    requestId: 'r',
    service: 'iam',
    operation: 'X',
    region: 'eu-west-1',
    caller,
    sourceIp: '192.0.2.1',
    userAgent: 'a client',
    secure: true,
    host: 'localhost',
    requestSize: 0,
    now,
    isoTime: new Date(now).toISOString(),
    decided: () => undefined,
  };
  return Object.fromEntries(requestContext(call, account, store, extra));
};

it('every call has time, region, address and agent', () => {
  expect(context(undefined)).toEqual({
    'aws:currenttime': '2026-11-20T12:00:00.000Z',
    'aws:epochtime': String(now / 1000),
    'aws:requestedregion': 'eu-west-1',
    'aws:securetransport': 'true',
    'aws:sourceip': '192.0.2.1',
    'aws:useragent': 'a client',
    'aws:viaawsservice': 'false',
    'aws:resourceaccount': account,
  });
});

describe('callers', () => {
  it.each([
    [callers.root, { 'aws:principaltype': 'Account', 'aws:userid': account, 'aws:principalarn': callers.root.arn }],
    [callers.user, { 'aws:principaltype': 'User', 'aws:username': 'ann', 'aws:principaltag/team': 'blue' }],
    [
      callers.role,
      {
        'aws:principaltype': 'AssumedRole',
        'aws:principalarn': role.arn,
        'aws:userid': `${role.id}:s`,
        'aws:principaltag/team': 'green',
        'aws:principaltag/cost': '7',
        'aws:tokenissuetime': '2026-11-20T11:58:30.000Z',
        'aws:multifactorauthpresent': 'true',
        'aws:multifactorauthage': '30',
        'aws:sourceidentity': 'someone',
        'gitlab.com:sub': 'project',
        'gitlab.com:amr': ['a', 'b'],
      },
    ],
    [callers.federated, { 'aws:principaltype': 'FederatedUser', 'aws:multifactorauthpresent': 'false' }],
  ])('%#', (caller, keys) => {
    expect(context(caller)).toMatchObject(keys);
  });

  it('long-term credentials have no MFA keys, and only users have a user name', () => {
    expect(context(callers.user)).not.toHaveProperty(['aws:multifactorauthpresent']);
    expect(context(callers.role)).not.toHaveProperty(['aws:username']);
  });

  it('keys of an operation are added in lower case', () => {
    expect(context(callers.user, { 'iam:PolicyARN': 'x', 'aws:TagKeys': ['A'] })).toMatchObject({
      'iam:policyarn': 'x',
      'aws:tagkeys': ['A'],
    });
  });
});

it('the caller as a principal of the evaluator', () => {
  expect(policyPrincipal(callers.root)).toEqual({ type: 'root', arn: callers.root.arn, account });
  expect(policyPrincipal(callers.user)).toEqual({ type: 'user', arn: user.arn, account, uniqueId: user.id });
  expect(policyPrincipal(callers.role)).toMatchObject({ type: 'role-session', roleArn: role.arn, uniqueId: role.id });
  expect(policyPrincipal(callers.federated)).toMatchObject({ type: 'federated-user', userArn: user.arn });
});
